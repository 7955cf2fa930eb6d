// stack_db.mjs - the database of a whole product, made once. To create one with
// all its migrations costs more of a processor than all else a start does, and
// writes half a gigabyte. Kept in build/, with the holes its log still has.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sql = fileURLToPath(new URL('../../sql', import.meta.url));
const server = ['/usr/sbin/mariadbd', '/usr/libexec/mariadbd', '/usr/bin/mariadbd', '/usr/local/sbin/mariadbd'].find(existsSync);
const PARTS = ['mysql', 'mysql.created'];

/** Another one when what makes it is another: the program, the migrations, the
 *  server, the user. */
function keptName(program) {
	const sum = createHash('sha256');
	for (const file of readdirSync(sql).sort()) sum.update(file).update(readFileSync(join(sql, file)));
	for (const file of [program, server]) {
		const { ino, size, mtimeMs } = statSync(file);
		sum.update(`${ino} ${size} ${mtimeMs} `);
	}
	return join(dirname(program), `stackdb-${process.getuid()}-${sum.digest('hex').slice(0, 12)}`);
}

function copy(from, to, ...options) {
	for (const part of PARTS) {
		const r = spawnSync('cp', ['-a', ...options, join(from, part), to], { encoding: 'utf8' });
		if (r.status !== 0) throw new Error(`cp ${part}: ${r.stderr ?? r.error}`);
	}
}

/** Others get there: only then root's server is another user's. */
const isOpen = (folder) => (statSync(folder).mode & 1) !== 0 && (folder === '/' || isOpen(dirname(folder)));

/** Puts a database into the folder of a product that has none. make(): has one
 *  made by the program, and says in which folder; by one process, while the
 *  others wait. */
export async function putDatabase(program, folder, make) {
	if (server === undefined || !existsSync(program) || existsSync(join(folder, 'mysql'))) return;
	const kept = keptName(program);
	const lock = openSync(join(dirname(kept), 'stackdb.lock'), 'w');
	spawnSync('flock', ['3'], { stdio: ['ignore', 'inherit', 'inherit', lock] });
	try {
		if (!existsSync(kept)) {
			const ours = basename(kept).replace(/[^-]*$/, '');
			for (const old of readdirSync(dirname(kept)).filter((name) => name.startsWith(ours))) rmSync(join(dirname(kept), old), { recursive: true });
			mkdirSync(`${kept}.tmp`);
			const made = await make();
			copy(made, `${kept}.tmp`, '--sparse=always');
			rmSync(made, { recursive: true });
			renameSync(`${kept}.tmp`, kept);
		}
		mkdirSync(folder, { recursive: true });
		copy(kept, folder, ...(isOpen(dirname(folder)) ? [] : ['--no-preserve=ownership']));
	} finally {
		closeSync(lock);
	}
}
