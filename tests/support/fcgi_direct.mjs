// fcgi_direct.mjs - one request straight to a FastCGI program's socket, past the
// limits of the web server before it.
//
//   const { status, text } = await direct(path, { REQUEST_METHOD: 'POST', … }, body);
//
// status: that of the answer; 'closed': the program ended the connection without one.
import net from 'node:net';

const BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6, MOST = 65535;

function record(type, content) {
	const head = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]);
	return Buffer.concat([head, content]);
}

/** A stream of that type: as many records as it takes, and its end. */
function stream(type, bytes) {
	const all = [];
	for (let at = 0; at < bytes.length; at += MOST) all.push(record(type, bytes.subarray(at, at + MOST)));
	return Buffer.concat([...all, record(type, Buffer.alloc(0))]);
}

const length = (n) => (n < 128 ? Buffer.from([n]) : Buffer.from([n >>> 24 | 128, n >> 16 & 255, n >> 8 & 255, n & 255]));

function pairs(env) {
	return Buffer.concat(Object.entries(env).flatMap(([name, value]) => {
		const [n, v] = [Buffer.from(name), Buffer.from(String(value))];
		return [length(n.length), length(v.length), n, v];
	}));
}

/** The text of the answer that came so far, and whether it is whole. */
function read(bytes) {
	const out = [];
	for (let at = 0; at + 8 <= bytes.length;) {
		const n = bytes.readUInt16BE(at + 4), next = at + 8 + n + bytes[at + 6];
		if (next > bytes.length) break;
		if (bytes[at + 1] === STDOUT) out.push(bytes.subarray(at + 8, at + 8 + n));
		if (bytes[at + 1] === END) return { whole: true, text: Buffer.concat(out).toString() };
		at = next;
	}
	return { whole: false, text: '' };
}

export function direct(path, env, body) {
	return new Promise((resolve) => {
		const socket = net.connect({ path });
		let got = Buffer.alloc(0);
		socket.on('data', (d) => {
			got = Buffer.concat([got, d]);
			if (read(got).whole) socket.destroy();
		}).on('error', () => {}).on('close', () => {
			const { whole, text } = read(got);
			resolve({ status: whole ? Number(text.match(/^Status: (\d+)/im)?.[1] ?? 200) : 'closed', text });
		});
		socket.write(Buffer.concat([record(BEGIN, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])), stream(PARAMS, pairs(env)), stream(STDIN, body)]));
	});
}
