// dni_pour.mjs - sends requests as fast as it is told and does not wait for
// answers: many at once on each of a few connections.
//
//   const { sent, answers } = await pour({ host, port, rate, ms, least, sockets, batch, ahead, turns }, some);
//
// rate: requests a second, for ms, over so many connections; longer, up to five times,
// while fewer than `least` were sent, as a busy machine takes them. `batch` are written
// at once, no more than `turns` times on a connection every 5 ms, and only while
// fewer than `ahead` of its are without an answer. some(n): the bytes of the next
// n requests. answers: { 200: n, 429: n, … }.
import net from 'node:net';

export function pour({ host, port, rate, ms, least = 0, sockets: count, batch, ahead, turns }, some) {
	const answers = {};
	let sent = 0;

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

	const sockets = Array.from({ length: count }, () => ({}));
	sockets.forEach(connect);
	const began = Date.now();
	return new Promise((done) => {
		const timer = setInterval(() => {
			const passed = Date.now() - began, due = Math.max(Math.min(passed, ms) / 1000 * rate, passed < ms ? 0 : least);
			for (const s of sockets)
				for (let i = 0; i < turns && sent < due && s.under_way < ahead; i++) {
					s.socket.write(some(batch));
					s.under_way += batch;
					sent += batch;
				}
			if (passed < ms || (sent < least && passed < 5 * ms)) return;
			clearInterval(timer);
			for (const s of sockets) {
				s.over = true;
				s.socket.destroy();
			}
			done({ sent, answers });
		}, 5);
	});
}
