// sip_hand.mjs - SIP by hand, one datagram at a time, for what no program of
// others does: a caller at any port, a telephone at 5080.
import { createSocket } from 'node:dgram';

import { addr, until } from './stack.mjs';

export const worker = `${addr}:5060`;
const open = [];
/** For afterEach(). */
export async function closeHands() {
	for (const s of open.splice(0)) await new Promise((r) => s.close(r));
}

/** A peer by hand. */
export async function hand(port) {
	const socket = createSocket('udp4');
	const got = [];
	socket.on('message', (m) => got.push(m.toString('latin1')));
	await new Promise((r) => socket.bind(port, addr, r));
	open.push(socket);
	return {
		got, socket,
		port: socket.address().port,
		send: (text, to = 5060) => socket.send(typeof text === 'string' ? text.replaceAll('\n', '\r\n') : text, to, addr),
		count: (pattern) => got.filter((m) => pattern.test(m)).length,
		says: (pattern) => until(`${port} hears ${pattern}`, () => got.find((m) => pattern.test(m))),
	};
}
/** The value of a header field. */
export const field = (m, name) => m.match(new RegExp(`^${name}: (.*)\\r$`, 'm'))[1];
/** A request of a caller by hand. */
export function ask(h, method, id, { cseq = 1, branch = `${id}${method}${cseq}`, tag = '', number, body = '', more = '' } = {}) {
	return `${method} sip:${number}@${worker} SIP/2.0\nVia: SIP/2.0/UDP ${addr}:${h.port};branch=z9hG4bK${branch}\nFrom: <sip:+14155550101@${addr}>;tag=f${id}\nTo: <sip:${number}@${addr}>${tag}\n`
		+ `Call-ID: ${id}\nCSeq: ${cseq} ${method}\nContact: <sip:+14155550101@${addr}:${h.port}>\nMax-Forwards: 70\n${more}${body ? 'Content-Type: application/sdp\n' : ''}Content-Length: ${body.replaceAll('\n', '\r\n').length}\n\n${body}`;
}
/** G.711 and keys at this port. */
export const offer = (port) => `v=0\no=- 1 1 IN IP4 ${addr}\ns=-\nc=IN IP4 ${addr}\nt=0 0\nm=audio ${port} RTP/AVP 0 101\na=rtpmap:0 PCMU/8000\na=rtpmap:101 telephone-event/8000\n`;
export const toTag = (m) => field(m, 'To').match(/;tag=[^;\s]+/)[0];
/** The called side's answer to a request; tag: of an INVITE, which has none. */
export const reply = (to, status, { tag = '', more = '', body = '' } = {}) => `SIP/2.0 ${status} X\nVia: ${field(to, 'Via')}\nFrom: ${field(to, 'From')}\nTo: ${field(to, 'To')}${tag && `;tag=${tag}`}\nCall-ID: ${field(to, 'Call-ID')}\nCSeq: ${field(to, 'CSeq')}\n`
	+ `Contact: <sip:${tag || 'desk'}@${addr}:5080>\n${more}${body ? 'Content-Type: application/sdp\n' : ''}Content-Length: ${body.replaceAll('\n', '\r\n').length}\n\n${body}`;
/** A request of the called side in the dialog of its INVITE. */
export const back = (method, inv, tag, cseq = 1) => `${method} ${field(inv, 'Contact').match(/<([^>]*)>/)[1]} SIP/2.0\nVia: SIP/2.0/UDP ${addr}:5080;branch=z9hG4bK${tag}${method}${cseq}\nFrom: ${field(inv, 'To')};tag=${tag}\nTo: ${field(inv, 'From')}\nCall-ID: ${field(inv, 'Call-ID')}\nCSeq: ${cseq} ${method}\nMax-Forwards: 70\nContent-Length: 0\n\n`;
/** A BYE in the dialog with this tag of ours. */
export const byeIn = (tag) => new RegExp(`^BYE [\\s\\S]*^To: [^\\r]*;tag=${tag}\\r`, 'm');
