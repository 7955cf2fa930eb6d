// scratch.mjs - folders and processes that do not outlive the one that made
// them, even when it is killed and can tidy up nothing itself.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dev/scratch.sh', import.meta.url));

/** A fresh folder /tmp/NAME.XXXXXX with a short path. Whoever asks for it
 *  removes it; after a crash the next one to ask does (dev/scratch.sh). */
export function scratch(name) {
	return execFileSync(program, ['new', name, String(process.pid)], { encoding: 'utf8' }).trim();
}

/** In front of a command: it is told to end when this process is gone. */
export const tied = ['setpriv', '--pdeathsig', 'TERM'];
