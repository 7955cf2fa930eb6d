// ear.mjs - a caller with ears: a little SIP and RTP of its own, for tests in
// which what is said must be understood before a key is pressed.
import { createSocket } from 'node:dgram';

import { addr, until } from './stack.mjs';

const open = (port) => new Promise((resolve, reject) => {
	const s = createSocket('udp4');
	s.once('error', reject).bind(port, addr, () => resolve(s));
});

/** Calls `number` at the worker from SIP port `sip`; audio at port `rtp`. */
export class Ear {
	constructor({ number, sip = 5070, rtp = 26200, caller = '+13035550166' }) {
		Object.assign(this, { number, sip, rtp, caller, frames: [], seq: 1, cseq: 1, ended: false });
		this.callId = `ear-${process.pid}-${Date.now()}`;
	}

	request(method, cseq, body = '') {
		const more = body ? `Content-Type: application/sdp\r\n` : '';
		return `${method} sip:${this.number}@${addr}:5060 SIP/2.0\r\nVia: SIP/2.0/UDP ${addr}:${this.sip};branch=z9hG4bK${this.callId}${method}${cseq}\r\n`
			+ `From: <sip:${this.caller}@${addr}>;tag=ear\r\nTo: <sip:${this.number}@${addr}>${this.tag ?? ''}\r\nCall-ID: ${this.callId}\r\n`
			+ `CSeq: ${cseq} ${method}\r\nContact: <sip:${this.caller}@${addr}:${this.sip}>\r\nMax-Forwards: 70\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;
	}

	/** Resolves when it is sent. */
	send(text) {
		return new Promise((r) => this.signal.send(text, 5060, addr, r));
	}

	onSip(text) {
		const cseq = text.match(/^CSeq: (\d+) (\w+)/im);
		if (text.startsWith('SIP/2.0 200') && cseq[2] === 'INVITE') {
			this.tag = text.match(/^To: .*(;tag=[^;\r\n]+)/im)[1];
			this.peer = Number(text.match(/^m=audio (\d+)/m)[1]);
			this.send(this.request('ACK', 1));
		}
		if (!text.startsWith('BYE')) return;
		const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map((h) => text.match(new RegExp(`^${h}: .*$`, 'im'))[0]);
		this.send(`SIP/2.0 200 OK\r\n${copied.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`);
		this.ended = true;
	}

	async dial() {
		this.signal = await open(this.sip);
		this.audio = await open(this.rtp);
		this.signal.on('message', (m) => this.onSip(m.toString('latin1')));
		this.audio.on('message', (m) => this.frames.push(m.subarray(12)));
		const invite = this.request('INVITE', 1, `v=0\r\no=- 1 1 IN IP4 ${addr}\r\ns=-\r\nc=IN IP4 ${addr}\r\nt=0 0\r\nm=audio ${this.rtp} RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n`);
		this.send(invite);
		await until('the call is answered', () => this.peer);
	}

	/** Which of these sounds (µ-law, by name) is being said? */
	async understands(sounds, limit_ms) {
		const at = (f) => Object.entries(sounds).find(([, bytes]) => bytes.includes(f))?.[0];
		// A frame with sound in it: silence is in all of them.
		const spoken = (f) => f.length === 160 && new Set(f).size > 20;
		return until('a known sound is heard', () => {
			const heard = this.frames.filter(spoken).map(at).filter((x) => x !== undefined);
			return heard.length >= 3 ? heard.at(-1) : undefined;
		}, limit_ms);
	}

	/** One press as telephone events (RFC 4733): five packets and three ends. */
	press(key) {
		const event = '0123456789*#'.indexOf(key);
		const first = this.seq;
		for (let i = 1; i <= 8; i++) {
			const p = Buffer.alloc(16);
			p[0] = 0x80;
			p[1] = 101 | (i === 1 ? 0x80 : 0);
			p.writeUInt16BE(this.seq++, 2);
			p.writeUInt32BE(first * 160, 4);
			p.writeUInt32BE(0x0ea12345, 8);
			p[12] = event;
			p[13] = (i > 5 ? 0x80 : 0) | 10;
			p.writeUInt16BE(Math.min(i, 6) * 160, 14);
			this.audio.send(p, this.peer, addr);
		}
	}

	async hangUp() {
		await this.send(this.request('BYE', 2));
		this.close();
	}

	close() {
		this.signal?.close();
		this.audio?.close();
	}
}
