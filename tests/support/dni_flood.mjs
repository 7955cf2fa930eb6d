// dni_flood.mjs - a worker thread that sends requests as fast as it is told and
// does not wait for answers (dni_pour.mjs).
//
//   new Worker(url, { workerData: { host, port, agent, origin, rate, ms, least, kind, cookie } })
//
// kind: address  visits of one address          cookie  visits of the visitor `cookie`
//       cookies  visits of one address, each with a visitor id nobody has
//       beacons  events and beats of visits nobody has, from everywhere
// It ends by itself and says { sent, answers: { 200: n, 429: n, … } }.
import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

import { pour } from './dni_pour.mjs';

const { host, port, agent, origin, rate, ms, least, kind, cookie } = workerData;
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
let nth = 0;

const id = (of) => `${of}_01h4${[...randomBytes(22)].map((b) => ALPHABET[b & 31]).join('')}`;
const anywhere = () => `10.${[...randomBytes(3)].join('.')}`;

function request() {
	const visit = { site: 'demo', url: `${origin}/demo/?utm_source=flood` };
	const [path, address, body] = {
		address: () => ['visit', '192.0.2.200', visit],
		cookie: () => ['visit', anywhere(), { ...visit, visitor: cookie }],
		cookies: () => ['visit', '192.0.2.201', { ...visit, visitor: id('vtr') }],
		beacons: () => (nth % 2
			? ['event', anywhere(), { site: 'demo', visit: id('vis'), visitor: id('vtr'), kind: 'tel_click' }]
			: ['beat', anywhere(), { site: 'demo', visit: id('vis'), visitor: id('vtr'), engaged_s: 60 }]),
	}[kind]();
	const text = JSON.stringify(body);
	nth++;
	return `POST /dni/v1/${path} HTTP/1.1\r\nHost: x\r\nUser-Agent: ${agent}\r\nOrigin: ${origin}\r\nX-Forwarded-For: ${address}\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

const some = (n) => Array.from({ length: n }, request).join('');
parentPort.postMessage(await pour({ host, port, rate, ms, least, sockets: 64, batch: 10, ahead: 40, turns: 4 }, some));
