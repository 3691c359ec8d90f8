// SPDX-License-Identifier: MIT
// Analyses a game with `katago analysis` and prints the win rate after each move: an example of how a program in Node uses
// the engine, with nothing but Node's own library. (analyse_game.py shows more: connections, other machines.)
// Usage: node analyse_game.mjs ENGINE [MODEL] GAME.sgf [VISITS]
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

// Without a network that is named, the engine takes its own.
const [engine, ...others] = process.argv.slice(2);
const gameAt = others.findIndex((argument) => argument.toLowerCase().endsWith('.sgf'));
const [file, visits = '50'] = others.slice(gameAt);
if (gameAt !== 0 && gameAt !== 1) {
    console.error('Usage: node analyse_game.mjs ENGINE [MODEL] GAME.sgf [VISITS]');
    process.exit(2);
}

function fail(text) {
    console.error(`analyse_game: ${text}`);
    process.exit(1);
}

// Size, komi, rules, stones and moves as fields of a query. The engine reads game records and needs no network for that;
// what is unclear about a record it says on stderr.
function readGame() {
    const options = ['evaluate', '-no-network', '-last', '-games', file];
    const { error, status, stdout } = spawnSync(engine, options, { stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 28 });
    if (error) fail(`could not start ${engine}: ${error.message}`);
    if (status !== 0) fail(`${file}: ${engine} cannot read it`);
    const { query } = JSON.parse(stdout);
    if (query.moves.length === 0) fail(`${file}: no moves`);
    return query;
}

const game = readGame();
const katago = spawn(engine, ['analysis', ...(gameAt === 1 ? ['-model', others[0]] : [])], { stdio: ['pipe', 'pipe', 'inherit'] });
katago.on('error', (error) => fail(`could not start ${engine}: ${error.message}`));
katago.stdin.on('error', () => {}); // the engine is gone: 'close' tells with what status
katago.on('close', (status) => {
    if (status !== 0) fail(`the engine ended with ${status}`);
    if (answers.size !== turns.length) fail(`${answers.size} of ${turns.length} positions were answered`);
    for (const turn of turns) {
        const { winrate, scoreLead } = answers.get(turn).rootInfo;
        const [color, move] = turn === 0 ? ['', 'start'] : game.moves[turn - 1];
        console.log(`${turn}\t${color} ${move}\tblack wins ${(100 * winrate).toFixed(1)} %\tlead ${scoreLead.toFixed(1)}`);
    }
});

const turns = Array.from({ length: game.moves.length + 1 }, (_, turn) => turn);
const answers = new Map();
createInterface({ input: katago.stdout }).on('line', (line) => {
    const answer = JSON.parse(line);
    if (answer.error) fail(`the engine refused: ${answer.error}`);
    if (answer.rootInfo) answers.set(answer.turnNumber, answer);
});
const overrideSettings = { reportAnalysisWinratesAs: 'BLACK' };
const query = { id: 'game', ...game, analyzeTurns: turns, maxVisits: Number(visits), overrideSettings };
katago.stdin.end(JSON.stringify(query) + '\n'); // the engine answers everything, then ends
