// dni_pour.mjs - sends requests as fast as it is told and does not wait for
// answers: many at once on each of a few connections.
//
//   const { sent, answers } = await pour({ host, port, rate, ms, sockets, batch, ahead, turns }, some);
//
// rate: requests a second, for ms, over so many connections. `batch` are written
// at once, no more than `turns` times on a connection every 5 ms, and only while
// fewer than `ahead` of its are without an answer. some(n): the bytes of the next
// n requests. answers: { 200: n, 429: n, … }.
import net from 'node:net';

export function pour({ host, port, rate, ms, sockets: count, batch, ahead, turns }, some) {
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
			const due = Math.min(Date.now() - began, ms) / 1000 * rate;
			for (const s of sockets)
				for (let i = 0; i < turns && sent < due && s.under_way < ahead; i++) {
					s.socket.write(some(batch));
					s.under_way += batch;
					sent += batch;
				}
			if (Date.now() - began < ms) return;
			clearInterval(timer);
			for (const s of sockets) {
				s.over = true;
				s.socket.destroy();
			}
			done({ sent, answers });
		}, 5);
	});
}
