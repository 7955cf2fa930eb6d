// audio.mjs - recordings as numbers: WAV in µ-law or 16-bit PCM, and how loud a
// tone is in it.

/** One µ-law byte as a sample from -1 to 1 (ITU-T G.711). */
function ulaw(byte) {
	const b = ~byte & 0xff;
	const magnitude = (((b & 0x0f) << 3) + 0x84) << ((b & 0x70) >> 4);
	return (b & 0x80 ? 0x84 - magnitude : magnitude - 0x84) / 32768;
}

/** { rate, seconds, channels: [Float64Array, ...] } of a WAV file's bytes. */
export function wav(bytes) {
	const b = Buffer.from(bytes);
	const tag = (at) => b.toString('latin1', at, at + 4);
	if (tag(0) !== 'RIFF' || tag(8) !== 'WAVE') throw new Error('not a WAV file');
	let format, data;
	for (let at = 12; at + 8 <= b.length;) {
		const size = b.readUInt32LE(at + 4);
		const body = b.subarray(at + 8, Math.min(at + 8 + size, b.length));
		if (tag(at) === 'fmt ') format = { code: body.readUInt16LE(0), channels: body.readUInt16LE(2), rate: body.readUInt32LE(4), bits: body.readUInt16LE(14) };
		if (tag(at) === 'data') data = body;
		at += 8 + size + (size & 1);
	}
	if (!format || !data) throw new Error('a WAV file without format or data');
	const width = format.bits / 8;
	const count = Math.floor(data.length / (width * format.channels));
	const read = { 7: (i) => ulaw(data[i]), 1: (i) => data.readInt16LE(i * 2) / 32768 }[format.code];
	if (!read) throw new Error(`a WAV file of format ${format.code}`);
	const channels = [];
	for (let c = 0; c < format.channels; c++)
		channels.push(Float64Array.from({ length: count }, (_, i) => read(i * format.channels + c)));
	return { rate: format.rate, seconds: count / format.rate, channels };
}

/** Amplitude (0 to 1) of each frequency in the samples, by Goertzel's
 *  algorithm in blocks of 0.1 s: the median of the blocks. */
export function tones(samples, rate, frequencies) {
	const block = Math.round(rate / 10);
	return frequencies.map((hz) => {
		const k = 2 * Math.cos((2 * Math.PI * hz) / rate);
		const levels = [];
		for (let at = 0; at + block <= samples.length; at += block) {
			let s1 = 0, s2 = 0;
			for (let i = at; i < at + block; i++) [s1, s2] = [samples[i] + k * s1 - s2, s1];
			levels.push((2 * Math.sqrt(Math.max(0, s1 * s1 + s2 * s2 - k * s1 * s2))) / block);
		}
		return levels.sort((a, b) => a - b)[levels.length >> 1] ?? 0;
	});
}
