// `make demo` as a person runs it: one line at the end, and status 0.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

test('an advertisement, a visit, a call, a recording', () => {
	const r = spawnSync(process.execPath, ['dev/demo.mjs'], { encoding: 'utf8', env: process.env });
	const last = r.stdout.trimEnd().split('\n').pop();
	assert.match(last, /^demo: ok call=cal_[0-9a-z]{26} source=google medium=cpc campaign=\S+ keyword="emergency plumber" gclid=\S+ probability=0\.\d\d answered=yes talk_s=\d+ recording_s=\d+\.\d channels=2$/,
		r.stdout + r.stderr);
	assert.equal(r.status, 0);
});
