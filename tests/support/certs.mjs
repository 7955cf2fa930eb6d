// certs.mjs - an authority of a test, and certificates it vouches for.
//
//   const ca = makeCa();   ca.file: PEM to trust; ca.leaf({ ip }) -> { key, cert }
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function openssl(...args) {
	const r = spawnSync('openssl', args, { encoding: 'utf8' });
	assert.equal(r.status, 0, r.stderr);
}

export function makeCa() {
	const dir = mkdtempSync(join(tmpdir(), 'rt-ca-'));
	chmodSync(dir, 0o755); // for programs of another user
	const at = (name) => join(dir, name);
	const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	openssl('req', '-x509', ...ec, '-days', '2', '-subj', '/CN=Authority of a test', '-keyout', at('ca.key'), '-out', at('ca.pem'));
	let n = 0;
	/** days: from now; negative: it has ended. san: "IP:127.0.0.1". */
	const leaf = ({ san, days = 1 }) => {
		const name = at(`leaf${++n}`);
		openssl('req', ...ec, '-subj', '/CN=of a test', '-keyout', `${name}.key`, '-out', `${name}.csr`);
		writeFileSync(`${name}.ext`, `subjectAltName=${san}\n`);
		openssl('x509', '-req', '-in', `${name}.csr`, '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-set_serial', `${n + 1}`, '-days', `${days}`,
			'-extfile', `${name}.ext`, '-out', `${name}.pem`);
		return { key: readFileSync(`${name}.key`), cert: readFileSync(`${name}.pem`) };
	};
	return { file: at('ca.pem'), leaf, remove: () => rmSync(dir, { recursive: true }) };
}
