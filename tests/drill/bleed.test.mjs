// make drill-bleed: somebody sprays RTP at our ports before, during and after
// a call begins. Not a byte comes back to them, not a sample is recorded.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { after, before, test } from 'node:test';

import { addr, startStack } from '../support/stack.mjs';
import { endAll } from '../support/sip.mjs';
import { aNumber, calls, closed, listen, listening, place } from '../support/drill.mjs';

let stack, number, placed;

before(async () => {
	stack = await startStack({ without: ['nginx', 'dashboard', 'dni', 'jobd'] });
	number = aNumber(stack);
	await listening(stack);
	placed = calls(stack).length;
});
after(async () => {
	await endAll();
	await stack?.stop();
});

/** A proper stream of the loudest µ-law there is, to the first ports. */
function spray(host) {
	const socket = createSocket('udp4');
	const packet = Buffer.alloc(172, 0x00);
	const state = { back: 0, sent: 0, socket };
	let seq = 100, timer;
	socket.on('message', () => state.back++);
	state.ready = new Promise((r) => socket.bind(0, host, () => {
		timer = setInterval(() => {
			packet[0] = 0x80;
			packet.writeUInt16BE(seq & 0xffff, 2);
			packet.writeUInt32BE((seq * 160) >>> 0, 4);
			packet.writeUInt32BE(0xbadbad, 8);
			seq++;
			for (let port = 20000; port < 20040; port += 2) {
				socket.send(packet, port, addr);
				state.sent++;
			}
		}, 10);
		r();
	}));
	state.stop = () => {
		clearInterval(timer);
		socket.close();
	};
	return state;
}

for (const [who, host] of [['another host', '127.250.1.9'], ['another port of the same host', addr]]) {
	test(`RTP from ${who}`, async () => {
		const attacker = spray(host);
		await attacker.ready;
		const c = await place(number, { talk_ms: 7000 });
		await c.carrier.ended;
		await c.phone.stop();
		attacker.stop();
		placed++;
		const rows = await closed(stack, placed);
		assert.equal(rows.at(-1)[1], 'answered');
		assert.ok(attacker.sent > 1000);
		assert.equal(attacker.back, 0, 'bytes came back');
		const heard = listen(stack, rows.at(-1));
		// 0x00 is -0.98; the tone and the clicks stay far below.
		const loud = heard.channels.map((ch) => ch.reduce((n, s) => n + (s < -0.97 ? 1 : 0), 0));
		assert.deepEqual(loud, [0, 0], 'samples of the attacker were recorded');
		assert.ok(heard.right > 0.05, 'the business is heard');
		const [end] = c.ends();
		assert.equal(end.ssrcs, '1', 'the caller hears one stream');
	});
}
