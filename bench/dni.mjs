// dni.mjs - `make bench-dni`: what dni.fcgi does behind nginx and MySQL, and
// what a FastCGI program that does nothing does behind the same nginx in the
// same run. Lines of docs/TESTING.md form on standard output, words on standard
// error. RT_BENCH_S: seconds of each measurement (3), of which there are three.
// It fails where what was answered is not what was stored.
import { execFile, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { childrenOf, dir, startStack, until } from '../tests/support/stack.mjs';

const build = process.env.RT_BUILD;
const seconds = process.env.RT_BENCH_S ?? '3';
const addr = `127.1.${200 + process.pid % 50}.${1 + (process.pid >> 8) % 250}`;
const NUMBERS = 100000;
// Visits that go on, four times: beats of one and the same within a second would
// be one row, which at a beat a minute they never are.
const VISITS = 20000;
// Visitors asking at the same time, in every measurement: a commit is shared by
// those who wait for it, so that fewer of them measure the disk.
const CONNECTIONS = 64;
const run = promisify(execFile);
const say = (text) => process.stderr.write(`# ${text}\n`);

const stack = await startStack({
	build, dir, addr,
	without: ['dashboard', 'jobd', 'sipworker'],
	args: ['--dni-rate', '1000000'],
});

/** CPU time of everything on the machine and of this run's own programs. */
function otherWork() {
	const [, ...t] = readFileSync('/proc/stat', 'latin1').split('\n')[0].split(/\s+/).map(Number);
	return { busy: t[0] + t[1] + t[2] + t[5] + t[6], all: t.slice(0, 8).reduce((a, b) => a + b) };
}

/** CPU microseconds so far of nginx, the lease server and the database. */
function cpu_us() {
	const of = (pid) => {
		const t = readFileSync(`/proc/${pid}/stat`, 'latin1');
		const f = t.slice(t.lastIndexOf(')') + 2).split(' ');
		return (Number(f[11]) + Number(f[12])) * 10000; // ticks of 10 ms
	};
	const nginx = childrenOf(stack.pidOf('nginx')).reduce((sum, { pid }) => sum + of(pid), 0);
	return [nginx, of(stack.pidOf('dni.fcgi')), of(stack.pidOf('mariadbd'))];
}

async function once(mode, connections, { rate = 0, visits = 0, s = seconds } = {}) {
	const { stdout } = await run(join(build, 'bench/bench_dni'),
		[addr, '8080', mode, connections, s, rate, visits].map(String), { maxBuffer: 1 << 20 });
	const got = JSON.parse(stdout);
	if (got.bad > got.answers / 1000) throw new Error(`${mode}: ${got.bad} of ${got.answers} answers were bad`);
	if (mode === 'new' && got.leased < got.answers * 0.999) throw new Error(`${mode}: ${got.leased} of ${got.answers} answers were leases`);
	if (got.unanswered > 0) throw new Error(`${mode}: ${got.unanswered} requests were never answered`);
	return got;
}

/** What the machine itself takes: a write that reaches the disk, and a datagram there and back. */
async function bare() {
	return JSON.parse((await run(join(build, 'bench/bench_bare'), [dir])).stdout);
}

/** Median of three, after one to warm up; spread is (largest - least) / median. */
async function measure(mode, connections, options) {
	const warm = await once(mode, connections, { ...options, s: 1 });
	const all = [], before = cpu_us(), was = otherWork();
	for (let i = 0; i < 3; i++) all.push(await once(mode, connections, options));
	const after = cpu_us(), is = otherWork(), answers = all.reduce((sum, a) => sum + a.answers, 0);
	const cpu = after.map((us, i) => ((us - before[i]) / answers).toFixed(0));
	const [leasedInAll, viewedInAll] = ['leased', 'viewed'].map((k) => all.reduce((sum, a) => sum + a[k], warm[k]));
	all.sort((a, b) => a.rate - b.rate);
	const got = all[1];
	Object.assign(got, { leasedInAll, viewedInAll });
	got.spread = (all[2].rate - all[0].rate) / got.rate;
	const idle = 1 - (is.busy - was.busy) / (is.all - was.all);
	got.cpu = `cpu ${cpu.join('+')} us (nginx, dni, mariadb), machine idle ${(idle * 100).toFixed(0)} %`;
	say(`${mode}: ${all.map((a) => a.rate).join(' ')} /s, p99 ${got.p99_us} us, leased ${got.leased}, ${got.cpu}`);
	return got;
}

function line(value, unit, limit, ratio, note) {
	console.log(`bench dni value=${value} unit=${unit} limit=${limit} ratio=${ratio.toFixed(3)} note="${note}"`);
}

async function pool(numbers, lease_s) {
	const from = Number(stack.sqlOne('SELECT count(*) FROM pool_number'));
	if (numbers < from)
		stack.sql(`DELETE pn FROM pool_number pn JOIN number n ON n.company_id = pn.company_id AND n.id = pn.number_id
			WHERE n.e164 >= concat('+1', ${6000000000 + numbers})`);
	else if (numbers > from)
		stack.sql(`INSERT IGNORE INTO number (company_id, id, e164, active_e164, kind, country, added_at)
			SELECT company_id, unhex(md5(concat('n', seq))), concat('+1', 6000000000 + seq),
			concat('+1', 6000000000 + seq), 'local', 'US', utc_timestamp(6) FROM pool, seq_${from}_to_${numbers - 1};
			INSERT INTO pool_number (company_id, pool_id, number_id, added_at)
			SELECT company_id, id, unhex(md5(concat('n', seq))), utc_timestamp(6) FROM pool, seq_${from}_to_${numbers - 1}`);
	stack.sql(`UPDATE pool SET lease_s = ${lease_s}; UPDATE config_version SET version = version + 1`);
	const version = stack.sqlOne('SELECT version FROM config_version');
	await until('the pool is read', () => stack.output.includes(`configuration version=${version} `), 60000);
	// The numbers come a moment after the configuration: asked until they do.
	await until('its numbers are there', async () => {
		// A reload of so many keeps requests waiting: no answer within the second.
		const got = await once('churn', 4, { s: 1 }).catch(() => null);
		return got?.leased > 0;
	}, 60000);
}

let noop;
try {
	noop = spawn(join(build, 'bench/bench_noop'), [join(dir, 'run/noop.sock'), '160'], { stdio: 'inherit' });
	const conf = join(dir, 'nginx/nginx.conf');
	const text = readFileSync(conf, 'utf8');
	const keepalive = text.match(/dni\.sock[\s\S]*?keepalive (\d+)/)[1];
	writeFileSync(conf, text
		.replace('upstream dni {', `upstream noop {\n\t\tserver unix:${dir}/run/noop.sock;\n\t\tkeepalive ${keepalive};\n\t}\n\tupstream dni {`)
		.replace(/location \^~ \/dni\/ \{(\s*access_log [^;]*;)/, 'location = /noop {$1\n\t\tclient_max_body_size 16k;\n\t\tlimit_req zone=dni burst=1000000 nodelay;\n\t\tfastcgi_pass noop;\n\t}\n\n\t\tlocation ^~ /dni/ {$1'));
	process.kill(Number(readFileSync(join(dir, 'nginx/nginx.pid'), 'utf8')), 'SIGHUP');
	// While nginx takes its new configuration it may close a connection unanswered.
	await until('the no-op answers', () => fetch(`${stack.url}/noop`, { method: 'POST' }).then((r) => r.status === 200, () => false));

	const before = otherWork();
	const limit = await measure('noop', CONNECTIONS);

	// A thousand numbers can be leased so often only if they are given back at
	// once. What comes later finds more rows and a warmer database: both orders.
	const churn = async (numbers) => {
		await pool(numbers, 180);
		return measure('churn', CONNECTIONS);
	};
	const small = await churn(1000), large = await churn(NUMBERS), small2 = await churn(1000), large2 = await churn(NUMBERS);

	await pool(NUMBERS, 1);
	const stored = () => Number(stack.sqlOne('SELECT count(*) FROM lease'));
	const was = stored();
	const fresh = await measure('new', CONNECTIONS);
	const own = [await bare()];
	const half = await measure('new', CONNECTIONS, { rate: Math.floor(fresh.rate / 2) });
	own.push(await bare());
	// Every lease that was answered is stored, and no other.
	const answered = fresh.leasedInAll + half.leasedInAll, kept = stored() - was;
	if (kept !== answered) throw new Error(`leases stored ${kept}, answered ${answered}`);
	say(`leases stored and answered: ${kept}`);

	await pool(NUMBERS, 180);
	const views = () => Number(stack.sqlOne('SELECT count(*) FROM page_view'));
	const viewsBefore = views();
	const again = await measure('again', CONNECTIONS, { visits: VISITS });
	let viewed;
	await until('page views are stored', () => (viewed = views() - viewsBefore) >= again.viewedInAll, 60000);
	if (viewed !== again.viewedInAll) throw new Error(`page views stored ${viewed}, answered ${again.viewedInAll}`);
	say(`page views stored and answered: ${viewed}`);
	const limit2 = await measure('noop', CONNECTIONS);
	const base = Math.round((limit.rate + limit2.rate) / 2);
	const after = otherWork();

	const spread = (m) => `spread ${(m.spread * 100).toFixed(0)} %`;
	line(fresh.rate, 'leases/s', base, fresh.rate / base, `durable new leases, ${NUMBERS} numbers, must 0.35 aim 0.55, p99 ${fresh.p99_us} us, ${spread(fresh)}, ${CONNECTIONS} at once, ${fresh.cpu}`);
	line(again.rate, 'requests/s', base, again.rate / base, `returning page views and heartbeats in turn, must 0.5 aim 0.75, p99 ${again.p99_us} us, ${spread(again)}`);
	// Absolute times are judged beside what the machine takes at the same time.
	const [fsync, echo] = ['fsync_us', 'echo_us'].map((k) => (own[0][k] + own[1][k]) / 2000);
	const most = 10 + fsync + echo, took = half.p99_us / 1000;
	line(took.toFixed(2), 'ms', most.toFixed(2), most / took, `p99 of new leases at half of the maximum rate (${half.rate}/s); limit: must 10, aim 3, and the machine's own p99 of a write to the disk, ${fsync.toFixed(2)}, and of a datagram there and back, ${echo.toFixed(2)}`);
	const few = Math.round((small.rate + small2.rate) / 2), many = Math.round((large.rate + large2.rate) / 2);
	line(many, 'requests/s', few, many / few, `leased and freed in turn with ${NUMBERS} numbers, limit: with 1000, before and after, must 0.9 aim 1.0, ${spread(large)}, p99 ${large2.p99_us} us, with 1000 ${small2.p99_us} us`);
	line(limit.rate, 'requests/s', limit2.rate, limit.rate / limit2.rate, `no-op FastCGI behind the same nginx at begin and end, ${spread(limit)}, machine busy ${(100 * (after.busy - before.busy) / (after.all - before.all)).toFixed(0)} %`);
} catch (e) {
	process.stderr.write(`bench dni: ${e.message}\n${stack.output.slice(-2000)}\n`);
	process.exitCode = 1;
} finally {
	noop?.kill();
	await stack.stop();
	rmSync(dir, { recursive: true, force: true });
}
