// dni.mjs - the lease API as browsers speak it, for tests.
//
//   const dni = new Browsers(stack);
//   const a = await dni.ask();                    // POST /dni/v1/visit
//   const b = await dni.post('/dni/v1/beat', { site: 'demo', ... });
//   await addNumbers(stack, 50, 1);               // into the demonstration's pool
//   dni.close();
import http from 'node:http';
import { until } from './stack.mjs';

export const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36';

export class Browsers {
	constructor(stack, { sockets = 400, net = 10 } = {}) {
		this.stack = stack;
		this.net = net;
		this.next = 0;
		this.agent = new http.Agent({ keepAlive: true, maxSockets: sockets });
	}

	/** An address nobody else used: nginx believes its own machine's header. */
	address() {
		const n = this.next++;
		return `${this.net}.${n >> 16 & 255}.${n >> 8 & 255}.${n & 255}`;
	}

	/** { status, headers, text, json, ms }; rejects when no answer comes. */
	post(path, body, headers = {}, method = 'POST') {
		const began = performance.now();
		return new Promise((resolve, reject) => {
			const req = http.request(new URL(path, this.stack.url), {
				method, agent: this.agent,
				headers: {
					'user-agent': AGENT, origin: this.stack.url, 'content-type': 'text/plain',
					'x-forwarded-for': this.address(), ...headers,
				},
			}, (res) => {
				let text = '';
				res.setEncoding('utf8').on('data', (d) => (text += d)).on('error', reject).on('end', () => {
					let json = null;
					try {
						json = JSON.parse(text);
					} catch {
						// an answer that is no JSON
					}
					resolve({ status: res.statusCode, headers: res.headers, text, json, ms: performance.now() - began });
				});
			});
			req.on('error', reject);
			req.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
		});
	}

	ask(more = {}, headers) {
		return this.post('/dni/v1/visit', { site: 'demo', url: `${this.stack.url}/demo/?utm_source=google&utm_medium=cpc`, ...more }, headers);
	}

	close() {
		this.agent.destroy();
	}
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** An id of an answer ("vis_…") as HEX() of the database writes it. */
export const hexOf = (id) => [...id.slice(4)].reduce((n, c) => n * 32n + BigInt(ALPHABET.indexOf(c)), 0n).toString(16).toUpperCase().padStart(32, '0');

/** Numbers of the demonstration's pool, and the server has read them. set:
 *  more of an UPDATE of the pool, such as "lease_s = 6". */
export async function addNumbers(stack, n, from, set = 'lease_s = lease_s') {
	stack.sql(`INSERT INTO number (company_id, id, e164, active_e164, kind, country, added_at)
		SELECT company_id, unhex(md5(concat('n', seq))), concat('+14155', 600000 + seq),
		concat('+14155', 600000 + seq), 'local', 'US', utc_timestamp(6) FROM pool, seq_${from}_to_${from + n - 1};
		INSERT INTO pool_number (company_id, pool_id, number_id, added_at)
		SELECT company_id, id, unhex(md5(concat('n', seq))), utc_timestamp(6) FROM pool, seq_${from}_to_${from + n - 1};
		UPDATE pool SET ${set}; UPDATE config_version SET version = version + 1`);
	const version = stack.sqlOne('SELECT version FROM config_version');
	await until('the server has seen them', () => stack.output.includes(`configuration version=${version} `));
}
