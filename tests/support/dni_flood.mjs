// dni_flood.mjs - a worker thread that sends requests as fast as it is told and
// does not wait for answers: many at once on each of a few connections.
//
//   new Worker(url, { workerData: { host, port, agent, origin, rate, ms, kind, cookie } })
//
// kind: address  visits of one address          cookie  visits of the visitor `cookie`
//       cookies  visits of one address, each with a visitor id nobody has
//       beacons  events and beats of visits nobody has, from everywhere
// It ends by itself and says { sent, answers: { 200: n, 429: n, … } }.
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const { host, port, agent, origin, rate, ms, kind, cookie } = workerData;
const SOCKETS = 8, BATCH = 40, AHEAD = 400;
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
let sent = 0;
const answers = {};

const id = (of) => `${of}_01h4${[...randomBytes(22)].map((b) => ALPHABET[b & 31]).join('')}`;
const anywhere = () => `10.${[...randomBytes(3)].join('.')}`;

function request() {
	const visit = { site: 'demo', url: `${origin}/demo/?utm_source=flood` };
	const [path, address, body] = {
		address: () => ['visit', '192.0.2.200', visit],
		cookie: () => ['visit', anywhere(), { ...visit, visitor: cookie }],
		cookies: () => ['visit', '192.0.2.201', { ...visit, visitor: id('vtr') }],
		beacons: () => (sent % 2
			? ['event', anywhere(), { site: 'demo', visit: id('vis'), visitor: id('vtr'), kind: 'tel_click' }]
			: ['beat', anywhere(), { site: 'demo', visit: id('vis'), visitor: id('vtr'), engaged_s: 60 }]),
	}[kind]();
	const text = JSON.stringify(body);
	sent++;
	return `POST /dni/v1/${path} HTTP/1.1\r\nHost: x\r\nUser-Agent: ${agent}\r\nOrigin: ${origin}\r\nX-Forwarded-For: ${address}\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

function connect(state) {
	state.under_way = 0;
	state.tail = '';
	state.socket = net.connect(port, host);
	state.socket.on('data', (d) => {
		const text = state.tail + d.toString('latin1');
		for (const [, code] of text.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
			answers[code] = (answers[code] ?? 0) + 1;
			state.under_way--;
		}
		state.tail = text.slice(-12).replace(/HTTP\/1\.1 \d{3} /g, '');
	}).on('error', () => {}).on('close', () => {
		if (!state.over) connect(state); // nginx closes one after 1,000 requests
	});
}

const sockets = Array.from({ length: SOCKETS }, () => ({}));
sockets.forEach(connect);
const began = Date.now();
const timer = setInterval(() => {
	const due = Math.min(Date.now() - began, ms) / 1000 * rate;
	for (const s of sockets)
		for (let i = 0; i < 5 && sent < due && s.under_way < AHEAD; i++) {
			s.socket.write(Array.from({ length: BATCH }, request).join(''));
			s.under_way += BATCH;
		}
	if (Date.now() - began < ms) return;
	clearInterval(timer);
	for (const s of sockets) {
		s.over = true;
		s.socket.destroy();
	}
	parentPort.postMessage({ sent, answers });
}, 5);
