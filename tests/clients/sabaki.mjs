// SPDX-License-Identifier: MIT
// Drives the engine through Sabaki's own GTP library as Sabaki does: picks its commands from list_commands, keeps several
// in flight, plays a game on 9x9 with analysis of every black move, reads an analysis and ends it by the next command.
// Usage: node sabaki.mjs ENGINE MODEL SCRATCH     (SCRATCH holds node_modules/@sabaki/gtp)
import { createRequire } from 'node:module';
import path from 'node:path';

const [engine, model, scratch] = process.argv.slice(2);
const { Controller } = createRequire(path.join(path.resolve(scratch), 'here.js'))('@sabaki/gtp');

const patienceMs = 120_000;
const quitMs = 3000;
const mostMoves = 120;
const reportsWanted = 3;

function demand(condition, complaint) {
    if (!condition) throw new Error(complaint);
}

// A promise that fails where the engine stays silent for too long.
function soon(promise, what) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`${what}: no answer`)), patienceMs);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function ask(controller, text) {
    const [name, ...args] = text.split(' ');
    const response = await soon(controller.sendCommand({ name, args }), text);
    demand(!response.error, `'${text}' was answered by an error: ${response.content}`);
    return response.content;
}

// A report as Sabaki reads it: groups behind `info`, pairs of a key and a value, the variation last.
function readReport(line) {
    return line
        .split(/\s*info\s+/)
        .slice(1)
        .map((group) => {
            const [front, variation] = group.split(/(?:^|\s+)pv\s+/);
            demand(variation !== undefined, `no variation in '${group}'`);
            const words = front.trim().split(/\s+/);
            demand(words.length % 2 === 0, `keys and values do not alternate in '${group}'`);
            const move = { pv: variation.trim().split(/\s+/) };
            for (let i = 0; i < words.length; i += 2) move[words[i]] = words[i + 1];
            for (const vertex of move.pv) demand(/^([A-T]\d+|pass)$/.test(vertex), `'${vertex}' in a variation`);
            const winrate = Number(move.winrate);
            demand(winrate >= 0 && winrate <= 1, `win rate ${move.winrate}`);
            demand(Number.isInteger(Number(move.visits)), `visits ${move.visits}`);
            demand(Number.isFinite(Number(move.scoreLead)), `lead ${move.scoreLead}`);
            demand(move.move === move.pv[0], `the variation of ${move.move}`);
            return move;
        });
}

// Sends a command and collects the reports and the `play` line of its response.
async function generate(controller, name, color) {
    const found = { reports: 0, move: null };
    const args = [color, '20'];
    const read = ({ line }) => {
        if (line.startsWith('info ')) found.reports += readReport(line).length > 0 ? 1 : 0;
        if (line.startsWith('play ')) found.move = line.slice('play '.length).trim();
    };
    const response = await soon(controller.sendCommand({ name, args }, read), name);
    demand(!response.error, `${name}: ${response.content}`);
    demand(found.move, `${name} named no move`);
    return found;
}

async function analyze(controller, name, color) {
    let reports = 0;
    let enough;
    const reached = new Promise((resolve) => (enough = resolve));
    const read = ({ line }) => {
        if (line.startsWith('info ') && readReport(line).length > 0 && ++reports === reportsWanted) enough();
    };
    const response = controller.sendCommand({ name, args: [color, '5'] }, read);
    await soon(reached, name);
    // Both in flight: the analysis is answered first.
    const [analysis, version] = await soon(
        Promise.all([response, controller.sendCommand({ name: 'protocol_version' })]),
        'ending an analysis',
    );
    demand(!analysis.error && version.content === '2', 'the analysis did not end well');
}

async function playGame(controller, generator) {
    let passes = 0;
    let reports = 0;
    let moves = 0;
    for (; moves < mostMoves && passes < 2; ++moves) {
        let move;
        if (moves % 2 === 0) {
            const generated = await generate(controller, generator, 'B');
            reports += generated.reports;
            move = generated.move;
        } else {
            move = await ask(controller, 'genmove W');
        }
        if (move === 'resign') break;
        passes = move === 'pass' ? passes + 1 : 0;
    }
    demand(reports > 0, 'a game without a report');
    return moves;
}

async function session(controller) {
    const start = ['name', 'version', 'protocol_version', 'list_commands'];
    const [name, version, protocol, list] = await Promise.all(start.map((command) => ask(controller, command)));
    demand(name === 'KataGo' && /^\d+\.\d+\.\d+/.test(version) && protocol === '2', 'the greeting');
    const commands = list.split('\n');
    const first = (names) => names.find((command) => commands.includes(command));
    const analyzer = first(['analyze', 'kata-analyze', 'lz-analyze']);
    const generator = first(['genmove_analyze', 'kata-genmove_analyze', 'lz-genmove_analyze']);
    demand(analyzer === 'kata-analyze' && generator === 'kata-genmove_analyze', 'Sabaki would not use kata- commands');

    const setUp = ['komi 6.5', 'boardsize 9', 'clear_board', 'set_free_handicap C3 G7', 'clear_board', 'play B E5',
        'play W C4', 'undo', 'undo', 'time_settings 0 5 1'];
    await Promise.all(setUp.map((command) => ask(controller, command)));
    await analyze(controller, analyzer, 'B');
    const moves = await playGame(controller, generator);
    await analyze(controller, analyzer, 'B');
    await ask(controller, 'final_score');
    return moves;
}

const overrides = 'nnPrecision=fp32,maxVisits=8,numSearchThreads=1,nnCacheSizePowerOfTwo=12';
const controller = new Controller(engine, ['gtp', '-model', model, '-override-config', overrides]);
const stderr = [];
let quitting = false;
controller.on('stderr', ({ content }) => stderr.push(content));
controller.on('stopped', ({ signal }) => {
    if (quitting && signal === 0) return;
    console.error(`sabaki: the engine ended with ${signal}\n${stderr.join('\n')}`);
    process.exit(1);
});
controller.start();
try {
    const moves = await session(controller);
    const begin = Date.now();
    quitting = true;
    await controller.stop(quitMs);
    demand(Date.now() - begin < quitMs, 'quit took too long');
    console.log(`sabaki: all is well (a game of ${moves} moves)`);
} catch (error) {
    console.error(`sabaki: ${error.message}\n${stderr.join('\n')}`);
    process.exit(1);
}
