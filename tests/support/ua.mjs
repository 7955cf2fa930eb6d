// ua.mjs - many short calls from one process: callers and telephones that say
// no more SIP than a call needs (INVITE, ACK, BYE), without sound, and count
// what they see. For tests that judge how many calls go where; what is heard is
// `ringtrace call`'s.
import { createSocket } from 'node:dgram';

import { addr } from './stack.mjs';

const sdp = (port) => `v=0\r\no=- 1 1 IN IP4 ${addr}\r\ns=-\r\nc=IN IP4 ${addr}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`;
const header = (text, name) => text.match(new RegExp(`^${name}:\\s*(.*?)\\r?$`, 'im'))?.[1] ?? '';
const all = (text, name) => [...text.matchAll(new RegExp(`^${name}:.*?$`, 'gim'))].map(([line]) => line.trim());

function message(first, headers, body = '') {
	const type = body ? ['Content-Type: application/sdp'] : [];
	return [first, ...headers, ...type, `Content-Length: ${body.length}`, '', body].join('\r\n');
}

async function open(port, onText) {
	const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
	socket.on('message', (bytes, from) => onText(bytes.toString('latin1'), from));
	socket.on('error', () => {}); // nobody listens there now: as good as lost
	await new Promise((r) => socket.bind(port, addr, r));
	return socket;
}

/** A telephone that rings, and answers after answer_ms; but of the calls that
 *  busy() is true for. It lives until close(). */
export async function phoneAt(port, { answer_ms = 20, busy = () => false } = {}) {
	const talks = new Map(); // Call-ID: { from (port), state, last (answer) }
	const seen = { invited: 0, answered: 0, now: 0, most: 0, rang: [] };
	const gone = new Set(); // ports
	const over = (id) => {
		if (talks.get(id)?.state === 'over' || !talks.has(id)) return;
		talks.get(id).state = 'over';
		seen.now--;
	};
	const socket = await open(port, (text, from) => {
		if (gone.has(from.port)) return;
		const [method] = text.split(' ', 1);
		const id = header(text, 'Call-ID');
		const say = (first, body, more = []) => {
			const to = header(text, 'To');
			const out = message(`SIP/2.0 ${first}`, [...all(text, 'Via'), ...all(text, 'Record-Route'), `From: ${header(text, 'From')}`,
				`To: ${to}${/;tag=/.test(to) ? '' : `;tag=p${port}`}`, `Call-ID: ${id}`, `CSeq: ${header(text, 'CSeq')}`, `Contact: <sip:phone@${addr}:${port}>`, ...more], body);
			socket.send(out, from.port, from.address);
			return out;
		};
		let talk = talks.get(id);
		if (method === 'INVITE') {
			if (talk) {
				if (talk.last) socket.send(talk.last, from.port, from.address);
				return;
			}
			talk = { from: from.port, state: 'rings', last: '' };
			talks.set(id, talk);
			seen.invited++;
			seen.rang.push(Date.now());
			seen.most = Math.max(seen.most, ++seen.now);
			if (busy(seen.invited)) {
				talk.last = say('486 Busy Here');
				over(id);
				return;
			}
			talk.last = say('180 Ringing');
			setTimeout(() => {
				if (talk.state === 'rings') talk.last = say('200 OK', sdp(30000));
			}, answer_ms);
			talk.cancelled = () => say('487 Request Terminated');
		} else if (method === 'ACK') {
			if (talk?.state !== 'rings') return;
			talk.state = 'talks';
			seen.answered++;
		} else if (method === 'CANCEL' || method === 'BYE') {
			say('200 OK');
			if (method === 'CANCEL' && talk?.state === 'rings') talk.cancelled();
			over(id);
		}
	});
	return {
		seen,
		/** The engine behind this port is killed next, and its calls with it:
		 *  until lives() nothing is taken from there. */
		dead(from) {
			gone.add(from);
			for (const [id, t] of talks) if (t.from === from) over(id);
		},
		lives: (from) => gone.delete(from),
		close: () => socket.close(),
	};
}

/** A caller; call() resolves to the final status, 0 where none came. */
export async function callerAt(port) {
	const open_ = new Map(); // Call-ID: onText
	let serial = 0;
	const socket = await open(port, (text) => open_.get(header(text, 'Call-ID'))?.(text));
	function call(to_port, number, { talk_ms = 100, patience_ms = 8000 } = {}) {
		// A caller each: the same one again at once is a carrier's second try.
		const n = ++serial, from = `+1303${5550000 + (n % 10000)}`, id = `${process.pid}.${port}.${n}@ua`;
		const send = (method, cseq, to, target, body, branch = method) => {
			socket.send(message(`${method} ${target} SIP/2.0`, [`Via: SIP/2.0/UDP ${addr}:${port};branch=z9hG4bK${id.slice(0, -3)}.${branch}`,
				'Max-Forwards: 70', `From: <sip:${from}@${addr}>;tag=c${n}`, `To: ${to}`, `Call-ID: ${id}`, `CSeq: ${cseq} ${method}`, `Contact: <sip:caller@${addr}:${port}>`], body), to_port, addr);
		};
		const target = `sip:${number}@${addr}:${to_port}`;
		return new Promise((done) => {
			let status = 0, heard = false;
			const invite = () => send('INVITE', 1, `<${target}>`, target, sdp(30002));
			const again = setInterval(() => heard || invite(), 500);
			const end = () => {
				clearInterval(again);
				clearTimeout(late);
				open_.delete(id);
				done(status);
			};
			const late = setTimeout(end, patience_ms);
			open_.set(id, (text) => {
				if (!text.startsWith('SIP/2.0 ')) return; // its BYE; ours is under way
				heard = true;
				const code = Number(text.slice(8, 11));
				const to = header(text, 'To');
				if (/ BYE$/.test(header(text, 'CSeq'))) return void end();
				if (code < 200) return;
				const contact = header(text, 'Contact').match(/<(.*?)>/)?.[1] ?? target;
				send('ACK', 1, to, code < 300 ? contact : target, '', code < 300 ? 'ACK' : 'INVITE'); // RFC 3261 17.1.1.3
				if (status !== 0) return; // said again
				status = code;
				if (code >= 300) return void end();
				setTimeout(() => send('BYE', 2, to, contact), talk_ms);
			});
			invite();
		});
	}
	return { call, close: () => socket.close() };
}
