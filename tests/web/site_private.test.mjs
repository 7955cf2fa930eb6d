// The daily look at a site's pages where strangers sign in: set up behind a TLS
// server, as docs/OPERATING.md says. Nothing that is not public is asked,
// however its address is written.
import assert from 'node:assert/strict';
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { startStack, until } from '../support/stack.mjs';

const HOSTS = ['127.0.0.1', '127.1', '2130706433', '0x7f.1', '017700000001', '0.0.0.0', '0', 'localhost', '[::1]', '[::]',
	'[::ffff:127.0.0.1]', '[64:ff9b::7f00:1]', '10.0.0.1', '169.254.169.254'];
let stack, owner, server;
const asked = [];

before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker'], args: ['--web-rate', '100000', '--public-url', 'https://calls.example.com'] });
	owner = await stack.login();
	server = http.createServer((req, res) => {
		asked.push(req.headers.host);
		res.end('secret');
	});
	await new Promise((done) => server.listen(0, done));
}, { timeout: 120000 });
after(async () => {
	server?.close();
	await stack?.stop();
});

test('no page on this machine or in its network is asked for', async () => {
	assert.match(readFileSync(stack.conf, 'utf8'), /^check_private 0$/m);
	const origins = HOSTS.map((h) => `http://${h}:${server.address().port}`);
	stack.sql(`INSERT INTO site_page (company_id, site_id, url) SELECT company_id, id, concat(o, '/') FROM site,
		(${origins.map((o) => `SELECT '${o}' AS o`).join(' UNION ALL ')}) AS x`);
	const { href } = /href="(?<href>\/settings\/sites\/sit_\w+)"/.exec(await (await owner.fetch('/settings/sites')).text()).groups;
	assert.equal((await owner.submit(href, `${href}/check`, {})).status, 303);
	await until('all pages were looked at', () => stack.sqlOne('SELECT COUNT(*) FROM site_page WHERE checked_at IS NULL') === '0', 60000);
	const found = stack.sql(`SELECT problem, status FROM site_page WHERE url LIKE '%:${server.address().port}/' ORDER BY url`);
	assert.deepEqual(found, HOSTS.map(() => ['the address is not on the public internet', '0']));
	assert.deepEqual(asked, []);
});
