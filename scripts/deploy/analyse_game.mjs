// SPDX-License-Identifier: MIT
// Analyses a game with `katago analysis` and prints the win rate after each move: an example of how a program in Node uses
// the engine, with nothing but Node's own library. (analyse_game.py shows more: connections, handicap stones.)
// Usage: node analyse_game.mjs ENGINE MODEL GAME.sgf [VISITS]
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [engine, model, file, visits = '50'] = process.argv.slice(2);
if (!file) {
    console.error('Usage: node analyse_game.mjs ENGINE MODEL GAME.sgf [VISITS]');
    process.exit(2);
}

function fail(text) {
    console.error(`analyse_game: ${text}`);
    process.exit(1);
}

// Size, komi and main line of a plain SGF game.
function readGame(text) {
    const size = Number(/SZ\s*\[(\d+)\]/.exec(text)?.[1] ?? 19);
    const vertex = (point) => {
        if (point === '' || (point === 'tt' && size <= 19)) return 'pass';
        const [column, row] = [...point].map((letter) => letter.charCodeAt(0) - 97);
        if (!(column >= 0 && column < size && row >= 0 && row < size)) fail(`'${point}' is not on a board of ${size}`);
        return 'ABCDEFGHJKLMNOPQRSTUVWXYZ'[column] + String(size - row);
    };
    const moves = [...text.matchAll(/;\s*([BW])\s*\[([a-z]{0,2})\]/g)].map(([, color, point]) => [color, vertex(point)]);
    if (moves.length === 0) fail(`${file}: no moves`);
    return { boardXSize: size, boardYSize: size, komi: Number(/KM\s*\[([-\d.]+)\]/.exec(text)?.[1] ?? 7.5), moves };
}

const game = readGame(readFileSync(file, 'utf8'));
const katago = spawn(engine, ['analysis', '-model', model], { stdio: ['pipe', 'pipe', 'inherit'] });
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
const query = { id: 'game', rules: 'tromp-taylor', ...game, analyzeTurns: turns, maxVisits: Number(visits), overrideSettings };
katago.stdin.end(JSON.stringify(query) + '\n'); // the engine answers everything, then ends
