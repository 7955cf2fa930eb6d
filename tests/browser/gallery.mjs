// gallery.mjs - pages on which the tag must swap the right thing and nothing
// else. A row is a page: [[old=>new]] marks what must change and into what;
// everything else must stand as it stood. The runner (gallery.test.mjs) opens
// each page twice, once with the old text and the tag, once with the new text
// and without it, and compares all that a browser made of them.
//
//   name   shown in the failure
//   site   key below: which number is looked for, which one is shown
//   body   inside <body>; or file: a whole page in pages/
//   head   inside <head>; tag: more attributes of the script
//   csp    the page's Content-Security-Policy; type: its media type
//   act    what a visitor does, in both pages, once the number is there
//   found  how many places of it a server that reads it finds (placesOf())

import { readFileSync } from 'node:fs';
import { apps } from './gallery_apps.mjs';
import { far, farSites } from './gallery_far.mjs';
import { hard } from './gallery_hard.mjs';

/** The site's number and the one that visitors see, as dni.fcgi writes them. */
export const sites = {
	US: [['+14155550199', '(415) 555-0199', '+1 415-555-0199'], ['+14155557003', '(415) 555-7003', '+1 415-555-7003']],
	CA: [['+16135550142', '(613) 555-0142', '+1 613-555-0142'], ['+16135550177', '(613) 555-0177', '+1 613-555-0177']],
	GB: [['+442079460018', '020 7946 0018', '+44 20 7946 0018'], ['+442079460977', '020 7946 0977', '+44 20 7946 0977']],
	DE: [['+493023125001', '030 23125001', '+49 30 23125001'], ['+493023125777', '030 23125777', '+49 30 23125777']],
	FR: [['+33199005678', '01 99 00 56 78', '+33 1 99 00 56 78'], ['+33199001234', '01 99 00 12 34', '+33 1 99 00 12 34']],
	AU: [['+61255501234', '(02) 5550 1234', '+61 2 5550 1234'], ['+61255509876', '(02) 5550 9876', '+61 2 5550 9876']],
	BR: [['+551140028922', '(11) 4002-8922', '+55 11 4002-8922'], ['+551140021357', '(11) 4002-1357', '+55 11 4002-1357']],
	IN: [['+911123456789', '011 2345 6789', '+91 11 2345 6789'], ['+911123451122', '011 2345 1122', '+91 11 2345 1122']],
	MX: [['+525512345678', '55 1234 5678', '+52 55 1234 5678'], ['+525512345999', '55 1234 5999', '+52 55 1234 5999']],
	PL: [['+48221234567', '22 123 45 67', '+48 22 123 45 67'], ['+48221234999', '22 123 49 99', '+48 22 123 49 99']],
	FREE: [['+18003569377', '(800) 356-9377', '+1 800-356-9377'], ['+18335550123', '(833) 555-0123', '+1 833-555-0123']],
	// The number shown has another length than the site's own.
	ODD: [['+493023125001', '030 23125001', '+49 30 23125001'], ['+4930231257', '030 231257', '+49 30 231257']],
	// A number with a trunk prefix in the place of one without, as long as that.
	TRUNK: [
		[['+551140028922', '(11) 4002-8922', '+55 11 4002-8922'], ['+558001234567', '0800 123 4567', '+55 800 123 4567']],
		[['+911800114000', '1800-11-4000', '+91 1800 11 4000'], ['+918012345678', '080 1234 5678', '+91 80 1234 5678']],
	],
	WORDS: [
		[['+18002255288', '(800) 225-5288', '+1 800-225-5288'], ['+18335550123', '(833) 555-0123', '+1 833-555-0123']],
		[['+18004633339', '(800) 463-3339', '+1 800-463-3339'], ['+18335550124', '(833) 555-0124', '+1 833-555-0124']],
	],
};

Object.assign(sites, farSites);

/** Ten numbers on a page, each with one of its own. */
sites.TEN = Array.from({ length: 10 }, (_, i) => [
	[`+1415555010${i}`, `(415) 555-010${i}`, `+1 415-555-010${i}`],
	[`+1415555702${i}`, `(415) 555-702${i}`, `+1 415-555-702${i}`],
]);

/** Each character in an element of its own; both texts are as long. */
const letters = (text) => text.replace(/\[\[(.*?)=>(.*?)\]\]|./g, (c, a, b) => a
	? [...a].map((_, i) => `<span>[[${a[i]}=>${b[i]}]]</span>`).join('') : `<span>${c}</span>`);

const old = '(415) 555-0199', fresh = '(415) 555-7003', swap = `[[${old}=>${fresh}]]`;
const link = '[[tel:+14155550199=>tel:+14155557003]]';

const countries = [
	{
		name: 'United States: every common form', site: 'US',
		body: `<p>Call ${swap} or [[415-555-0199=>415-555-7003]], [[415.555.0199=>415.555.7003]], [[415 555 0199=>415 555 7003]], [[4155550199=>4155557003]].</p>
			<p>[[+1 415 555 0199=>+1 415 555 7003]], [[+1 (415) 555-0199=>+1 (415) 555-7003]], [[1-415-555-0199=>1-415-555-7003]], [[1 (415) 555.0199=>1 (415) 555.7003]], [[+14155550199=>+14155557003]]</p>
			<p>[[(415)555-0199=>(415)555-7003]] ext. 12, [[415/555-0199=>415/555-7003]], Tel.[[415-555-0199=>415-555-7003]], ☎[[415–555–0199=>415–555–7003]], [[415·555·0199=>415·555·7003]]</p>`,
	},
	{
		name: 'Canada', site: 'CA',
		body: `<p>[[613-555-0142=>613-555-0177]], [[(613) 555-0142=>(613) 555-0177]], [[1 613 555-0142=>1 613 555-0177]], [[+1 613-555-0142=>+1 613-555-0177]]</p>
			<p lang="fr">Appelez le [[613 555-0142=>613 555-0177]], télécopieur 613 555-0143</p><a href="[[tel:1-613-555-0142=>tel:1-613-555-0177]]">Call</a>`,
	},
	{
		name: 'United Kingdom', site: 'GB',
		body: `<p>[[020 7946 0018=>020 7946 0977]], [[(020) 7946 0018=>(020) 7946 0977]], [[020-7946-0018=>020-7946-0977]], [[02079460018=>02079460977]]</p>
			<p>[[+44 20 7946 0018=>+44 20 7946 0977]], [[+44 (0)20 7946 0018=>+44 (0)20 7946 0977]], [[0044 20 7946 0018=>0044 20 7946 0977]], [[+442079460018=>+442079460977]], [[44 20 7946 0018=>44 20 7946 0977]]</p>
			<p>Fax 020 7946 0019. Company number 02079460. VAT GB 207 9460 01</p><a href="[[tel:+442079460018=>tel:+442079460977]]">Ring us</a>`,
	},
	{
		name: 'Germany', site: 'DE',
		body: `<p>Tel. [[030 23125001=>030 23125777]], [[030/23125001=>030/23125777]], [[030 / 231 25 001=>030 / 231 25 777]], [[(030) 23125001=>(030) 23125777]], [[030-23125001=>030-23125777]]</p>
			<p>[[+49 30 23125001=>+49 30 23125777]], [[+49 (0) 30 231 25 001=>+49 (0) 30 231 25 777]], [[+49 (0)30 - 23125001=>+49 (0)30 - 23125777]], [[0049 30 23125001=>0049 30 23125777]]</p>
			<p>Durchwahl 030 23125001-12 bleibt. Fax: 030 23125002. IBAN DE49 3023 1250 0100</p><a href="[[tel:+493023125001=>tel:+493023125777]]">Anrufen</a>`,
	},
	{
		name: 'France', site: 'FR',
		body: `<p>[[01 99 00 56 78=>01 99 00 12 34]], [[01.99.00.56.78=>01.99.00.12.34]], [[01-99-00-56-78=>01-99-00-12-34]], [[0199005678=>0199001234]]</p>
			<p>[[+33 1 99 00 56 78=>+33 1 99 00 12 34]], [[+33 (0)1 99 00 56 78=>+33 (0)1 99 00 12 34]], [[0033 1 99 00 56 78=>0033 1 99 00 12 34]]</p>
			<p>SIRET 199 005 678 00012, le 01.99.00</p><a href="[[tel:0199005678=>tel:0199001234]]">Appeler</a>`,
	},
	{
		name: 'Australia', site: 'AU',
		body: `<p>[[(02) 5550 1234=>(02) 5550 9876]], [[02 5550 1234=>02 5550 9876]], [[0255501234=>0255509876]], [[+61 2 5550 1234=>+61 2 5550 9876]], [[+61 (0)2 5550 1234=>+61 (0)2 5550 9876]]</p>
			<p>ABN 55 501 234 000. PO Box 5550 1234</p><a href="[[tel:+61255501234=>tel:+61255509876]]">Call</a>`,
	},
	{
		name: 'Brazil', site: 'BR',
		body: `<p>[[(11) 4002-8922=>(11) 4002-1357]], [[11 4002-8922=>11 4002-1357]], [[11 4002.8922=>11 4002.1357]], [[+55 11 4002-8922=>+55 11 4002-1357]], 0 [[11 4002-8922=>11 4002-1357]]</p>
			<p>CNPJ 11.400.289/2200-01, R$ 4002,89</p><a href="[[https://wa.me/551140028922?text=Oi=>https://wa.me/551140021357?text=Oi]]">WhatsApp</a>`,
	},
	{
		name: 'India', site: 'IN',
		body: `<p>[[011 2345 6789=>011 2345 1122]], [[011-23456789=>011-23451122]], [[(011) 2345-6789=>(011) 2345-1122]], [[+91 11 2345 6789=>+91 11 2345 1122]], [[+91-11-23456789=>+91-11-23451122]], [[11 2345 6789=>11 2345 1122]]</p>
			<p>GSTIN 07AAACB2345C1Z6, PIN 112345</p><a href="[[tel:+911123456789=>tel:+911123451122]]">Call</a>`,
	},
	{
		name: 'toll-free with letters', site: 'FREE',
		body: `<p>[[1-800-FLOWERS=>+1 833-555-0123]], [[800-FLOWERS=>(833) 555-0123]], [[(800) 356-WERS=>(833) 555-0123]], [[1-800-356-9377=>1-833-555-0123]]</p>
			<p>1-800-FLOWERSHOP stays, so does 800FLOWERSX, and flowers</p><a href="[[tel:1800FLOWERS=>tel:+18335550123]]">[[1-800-Flowers=>+1 833-555-0123]]</a>`,
	},
	{
		name: 'another length: the whole text', site: 'ODD',
		body: '<p>[[030 23125001=>030 231257]] <b>[[+49 (0)30 23125001=>+49 30 231257]]</b> <a href="[[tel:+493023125001=>tel:+4930231257]]">x</a></p>',
	},
];

const shapes = ['wordpress', 'wordpress_blocks', 'elementor', 'wix', 'squarespace', 'shopify', 'webflow', 'gtm', 'page_cache', 'divi_popup']
	.map((file) => ({
		name: `shaped like ${file.replace('_', ' ')}`, site: 'US', file: `${file}.html`,
		act: (page) => page.waitForFunction(() => !window.busy),
	}));

const react = '<script src="/lib/react.js"></script>';

const frameworks = [
	{
		name: 'React: state changes around the number, and of it', site: 'US', head: react,
		body: `<div id="root"></div><script>
			var h = React.createElement;
			function App() {
				var s = React.useState(0), n = s[0];
				return h('div', null, h('button', { id: 'more', onClick: function () { s[1](n + 1); } }, 'More ' + n),
					h('p', { className: 'c' + n }, 'Call ', '${swap}', ' now (' + n + ')'),
					n > 1 ? h('a', { href: '${link}', title: 'Call ${swap}' }, h('b', null, '${swap}')) : null);
			}
			ReactDOM.createRoot(document.getElementById('root')).render(h(App));
		</script>`,
		act: async (page) => {
			await page.click('#more');
			await page.click('#more');
			await page.click('#more');
		},
	},
	{
		name: 'React: puts the old number back', site: 'US', head: react,
		body: `<div id="root"></div><script>
			var h = React.createElement, set;
			function App() {
				var s = React.useState('');
				set = s[1];
				return h('p', null, s[0] || '${swap}');
			}
			ReactDOM.createRoot(document.getElementById('root')).render(h(App));
		</script>`,
		act: (page) => page.evaluate(() => {
			window.set('closed');
			setTimeout(() => window.set(''), 0);
			return new Promise((r) => setTimeout(() => requestAnimationFrame(r), 30));
		}),
	},
	{
		name: 'Vue: bound text and attributes, lists', site: 'US', head: '<script src="/lib/vue.js"></script>',
		body: `<div id="root"><ul><li v-for="p in people" :key="p">{{ p }}: <a :href="link">{{ phone }}</a></li></ul><button id="add" @click="add">Add</button></div><script>
			Vue.createApp({
				data: function () { return { people: ['Ann'], phone: '${swap}', link: '${link}' }; },
				methods: { add: function () { this.people.push('Bob' + this.people.length); } },
			}).mount('#root');
		</script>`,
		act: async (page) => {
			await page.click('#add');
			await page.click('#add');
		},
	},
	{
		name: 'jQuery: written, appended, replaced, put back', site: 'US', head: '<script src="/lib/jquery.js"></script>',
		body: `<p id="a"></p><div id="b"></div><a id="c" href="#">Call</a><script>
			$(function () {
				$('#a').text('Call ${swap}');
				$('#b').append('<p>or ${swap}</p>');
				$('#c').attr('href', '${link}').html('<i>${swap}</i>');
				window.again = function () {
					$('#a').text('Call ${swap}');
					$('#c').attr('href', '${link}');
					$('<div class="pop"><b>${swap}</b></div>').appendTo('body').hide().show();
				};
			});
		</script>`,
		act: (page) => page.evaluate(() => window.again()),
	},
];

/** What a browser says around printing, once that file is there. */
const printed = (events) => async (page) => {
	// The tag asked for that module first, and so has it first.
	await page.waitForFunction(() => !window.ringtrace?.version || performance.getEntriesByType('resource').some((e) => /t-print\.js/.test(e.name)));
	await page.evaluate(() => window.ringtrace?.version && import(performance.getEntriesByType('resource').find((e) => /t-print\.js/.test(e.name)).name).then(() => 1));
	await page.evaluate((names) => names.forEach((n) => dispatchEvent(new Event(n))), events);
};

const places = [
	{
		name: 'shadow DOM, open and nested', site: 'US',
		body: `<x-outer></x-outer><p>${swap}</p><script>
			customElements.define('x-inner', class extends HTMLElement {
				connectedCallback() { this.attachShadow({ mode: 'open' }).innerHTML = '<style>b{color:red}</style><b>${swap}</b><a href="${link}">x</a>'; }
			});
			customElements.define('x-outer', class extends HTMLElement {
				connectedCallback() { this.attachShadow({ mode: 'open' }).innerHTML = '<p>${swap}</p><x-inner></x-inner><slot></slot>'; }
			});
		</script>`,
	},
	{
		name: 'shadow DOM that comes later and changes', site: 'US',
		body: '<main></main>',
		act: (page) => page.evaluate(([n]) => {
			const host = document.createElement('div');
			host.attachShadow({ mode: 'open' }).innerHTML = '<p>soon</p>';
			document.querySelector('main').append(host);
			return new Promise((r) => requestAnimationFrame(() => {
				host.shadowRoot.firstChild.textContent = n;
				r();
			}));
		}, [swap]),
	},
	{
		name: 'a shadow root and the page change in one step', site: 'US', body: '<p id="t">x</p>',
		act: (page) => page.evaluate(([n]) => {
			document.getElementById('t').firstChild.data = n;
			const host = document.createElement('section');
			host.attachShadow({ mode: 'open' }).innerHTML = `<b>${n}</b>`;
			document.body.append(host);
		}, [swap]),
	},
	{
		name: 'a frame of the same origin', site: 'US', found: 1,
		body: `<iframe srcdoc="<p>Call ${swap}</p><a href='${link}'>x</a>"></iframe><p>${swap}</p>`,
	},
	{
		name: 'a frame with the tag of its own', site: 'US',
		body: `<iframe src="/g/inner?v={{v}}"></iframe><p>${swap}</p>`,
	},
	{ name: 'inner', site: 'US', body: `<p>Inside: ${swap}</p>` },
	{
		name: 'pages of an application', site: 'US',
		body: `<nav><a id="go" href="/next">Next</a></nav><main><h1>Home ${swap}</h1></main><script>
			function draw(name) { document.querySelector('main').innerHTML = '<h1>' + name + '</h1><a href="${link}">${swap}</a>'; document.title = name + ' ${swap}'; }
			document.getElementById('go').onclick = function (e) { e.preventDefault(); history.pushState({}, '', '?v=next'); draw('Next'); };
			window.onpopstate = function () { draw('Back'); };
		</script>`,
		act: async (page) => {
			await page.click('#go');
			await page.evaluate(() => new Promise((r) => {
				window.addEventListener('popstate', () => setTimeout(r, 0));
				history.back();
			}));
		},
	},
	{
		name: 'content that comes when it is scrolled to', site: 'US',
		body: `<p>${swap}</p><div style="height:3000px"></div><div id="lazy"></div><script>
			new IntersectionObserver(function (l) {
				if (!l[0].isIntersecting || document.querySelector('#lazy p')) return;
				document.getElementById('lazy').innerHTML = '<p>Still here? <a href="${link}">${swap}</a></p>';
			}).observe(document.getElementById('lazy'));
		</script>`,
		act: (page) => page.evaluate(() => {
			scrollTo(0, 4000);
			return new Promise((r) => new MutationObserver(() => r()).observe(document.getElementById('lazy'), { childList: true }));
		}),
	},
	{
		name: 'a printed page shows the site’s own number where it says so', site: 'US', found: 2, tag: 'data-print="own"',
		body: `<p>${old}</p><a href="tel:+14155550199">Call</a>`,
		act: printed(['beforeprint']),
	},
	{
		name: 'after printing the number is back', site: 'US', tag: 'data-print="own"',
		body: `<p>${swap}</p>`,
		act: printed(['beforeprint', 'afterprint']),
	},
	{
		name: 'right to left, with marks of direction', site: 'US', head: '<meta charset="utf-8">',
		body: `<div dir="rtl" lang="he"><p>התקשרו: \u200e[[+1 415-555-0199=>+1 415-555-7003]]\u200e או <bdi>${swap}</bdi></p>
			<p>اتصل بنا \u2066[[415\u2011555\u20110199=>415\u2011555\u20117003]]\u2069</p><p dir="ltr">[[\u202a(415)\u202c 555-0199=>\u202a(415)\u202c 555-7003]]</p></div>`,
	},
	{
		name: 'several numbers: only the site’s own changes', site: 'US',
		body: `<p>Sales ${swap}, service (415) 555-0198, emergency [[415-555-0199=>415-555-7003]], Oakland (510) 555-0199, London +44 20 7946 0018</p>
			<p>+41 555 501 99, +4155550199, 415-555-01990</p>`,
	},
	{
		name: 'look-alikes stay', site: 'US',
		body: `<p>Fax: (415) 555-0198. Order #4155550199, invoice 4155550199-7, part 77-4155550199, $4155550199, $ 4,155,550,199.00</p>
			<p>IP 41.55.55.01.99, 4155550199.00, id=4155550199, AB4155550199, 4155550199kg, 41555501990, x_4155550199</p>
			<p>2024-01-99 415, 4 155 550 199 people, 4155 5501 99, 415-5550-1991, <span>415-555-019</span><p>9 lives</p></p>
			<pre>415555\n0198</pre><p>ISBN 978-4-15-555019-9</p><time datetime="4155-55-01">4155</time>`,
	},
	{
		// A letter each, as texts that move are: a number over two groups of
		// children; pieces each on a line of the source; signs of designers.
		name: 'split over letters and lines', site: 'US', found: 10,
		body: `<h1>${letters(`${'x'.repeat(20)} ${swap} and so much more to say about all that we do here`)}</h1>
			<p><span>[[(415)=>(415)]]</span>
				<span>[[555-0199=>555-7003]]</span></p>
			<p>Call (415)
				[[555-0199=>555-7003]] or (<abbr>415</abbr>) [[555-0199=>555-7003]]</p>
			<p>415 • 555 • [[0199=>7003]], 415 | 555 | [[0199=>7003]], 415−555−[[0199=>7003]], 415\u200b555\u200b[[0199=>7003]], 415\u00ad555\u00ad[[0199=>7003]]</p>
			<a href="[[tel:%28415%29%20555-0199=>tel:(415)555-7003]]">Call</a>`,
	},
	{
		name: 'split over elements', site: 'US', found: 6,
		body: `<p><span>(415)</span> <b>555</b>-<i>[[0199=>7003]]</i></p><p>Call <span class="area">415</span><span>-555-</span><span>[[0199=>7003]]</span> now</p>
			<h2><small>+1</small> 415 <em>555</em> [[0199=>7003]]</h2><p>4<b>1</b>5 55<b>5</b> [[01=>70]]<b>[[99=>03]]</b></p>
			<a href="${link}"><span>415</span>.<span>555</span>.<span>[[0199=>7003]]</span></a>
			<p>Open 24 <span>h</span></p><p>Units 415</p><p>555-0199 is another line</p><table><tr><td>415</td><td>555</td><td>0199</td></tr></table><p>415<br>555<br>0199</p>`,
	},
	{
		name: 'links of every scheme', site: 'US',
		body: `<a href="${link}">a</a><a href="[[tel:415-555-0199=>tel:415-555-7003]]">b</a><a href="[[tel:(415)%20555-0199=>tel:(415)555-7003]]">c</a><a href="[[tel:%2B14155550199=>tel:%2B14155557003]]">d</a>
			<a href="[[TEL:1.415.555.0199;ext=4=>TEL:1.415.555.7003;ext=4]]">e</a><a href="[[sms:+14155550199?body=4155550199=>sms:+14155557003?body=4155550199]]">f</a><a href="[[callto:+14155550199=>callto:+14155557003]]">g</a>
			<a href="[[https://wa.me/14155550199=>https://wa.me/14155557003]]">h</a><a href="[[https://api.whatsapp.com/send?phone=14155550199&amp;text=Hi%20there=>https://api.whatsapp.com/send?phone=14155557003&amp;text=Hi%20there]]">i</a><a href="[[whatsapp://send?phone=+14155550199=>whatsapp://send?phone=+14155557003]]">j</a>
			<map name="m"><area href="${link}" alt="Call ${swap}"></map>
			<a href="https://example.com/4155550199">k</a><a href="/call?n=4155550199">l</a><a href="mailto:4155550199@example.com">m</a><a href="tel:+14155550198">n</a>`,
	},
	{
		name: 'attributes that are shown', site: 'US',
		body: `<a title="Call ${swap}" aria-label="Call ${swap}" data-phone="4155550199">x</a><img alt="Sign: ${swap}" src="data:," longdesc="/4155550199">
			<input type="button" value="Call ${swap}"><input type="submit" value="${swap}"><input placeholder="e.g. ${swap}" name="4155550199">
			<span class="p4155550199" id="n-4155550199" content="${swap}"></span>`,
		head: '<meta name="description" content="Call (415) 555-0199"><meta property="business:phone" content="+14155550199">',
	},
	{
		name: 'data attributes by choice', site: 'US', tag: 'data-attrs="data-phone data-tel"',
		body: `<b data-phone="${swap}" data-tel="[[4155550199=>4155557003]]" data-other="(415) 555-0199">x</b>`,
	},
	{
		name: 'the title, also when it changes', site: 'US', head: `<title>Plumber ${swap}</title>`, body: '<p>x</p>',
	},
	{
		name: 'noswap', site: 'US',
		body: `<p data-noswap>Legal: ${old} <b>${old}</b> <a href="tel:+14155550199">x</a></p><div data-calltrk-noswap><p>${old}</p></div><p>${swap}</p>`,
	},
	{
		name: 'fields and what is being typed', site: 'US',
		body: `<input value="${old}"><input type="tel" value="${old}"><textarea>${old}</textarea><div contenteditable>${old}</div><div contenteditable="false">${swap}</div>
			<input type="hidden" value="${old}"><select><option value="${old}">${swap}</option></select>`,
		act: (page) => page.evaluate((n) => {
			document.querySelector('[contenteditable]').firstChild.data = n + ' typed';
			document.querySelector('[contenteditable]').append(' ' + n);
		}, old),
	},
	{
		name: 'scripts, JSON-LD, styles, templates, comments', site: 'US',
		head: `<script type="application/ld+json">{"@type":"Plumber","telephone":"+1-415-555-0199"}</script><style>p::after{content:"(415) 555-0199"}</style>`,
		body: `<!-- ${old} --><noscript>${old}</noscript><template><p>${old}</p></template><script type="text/x-data">${old}</script><p itemprop="telephone">${swap}</p><object><p>${old}</p></object>`,
	},
	{
		name: 'text and attributes that change', site: 'US', body: '<p id="t">x</p><a id="l" href="/">x</a><p id="h"></p>',
		act: (page) => page.evaluate(([n, l]) => {
			document.getElementById('t').firstChild.data = 'Call ' + n;
			document.getElementById('l').href = l;
			document.getElementById('l').title = n;
			document.getElementById('h').innerHTML = '<i>' + n + '</i>';
			document.getElementById('h').innerHTML += '<b>' + n + '</b>';
		}, [swap, link]),
	},
	{
		name: 'drawings', site: 'US',
		body: `<svg width="200" height="40"><style>text{font-size:9px}</style><title>Call ${swap}</title><text x="0" y="20">${swap}</text><a href="${link}"><text>x</text></a></svg>`,
	},
	{
		name: 'entities and blanks of every kind', site: 'US',
		body: '<p>(415)&nbsp;[[555-0199=>555-7003]]</p><p>415&#8209;555&#8209;[[0199=>7003]]</p><p>415&thinsp;555&thinsp;[[0199=>7003]]</p><p>415 \n\t555\n[[0199=>7003]]</p>',
	},
	{
		name: 'a menu, a dialog, details', site: 'US',
		body: `<dialog><p>${swap}</p></dialog><details><summary>Phone</summary><p>${swap}</p></details><ul hidden><li>${swap}</li></ul><button id="o" onclick="document.querySelector('dialog').showModal()">Open</button>`,
		act: (page) => page.click('#o'),
	},
	{
		name: 'a large script beside little text', site: 'US',
		body: `<p>${swap}</p><script type="application/json" id="data">${JSON.stringify({ phone: old, rows: Array(500).fill('4155550199 and more') })}</script>`,
	},
	{
		name: 'an old number in a page that is taken apart', site: 'US', body: `<div id="a"><p>${swap}</p></div><div id="b"></div>`,
		act: (page) => page.evaluate(() => {
			const p = document.querySelector('#a p');
			document.getElementById('b').append(p, p.cloneNode(true));
			document.getElementById('b').normalize();
		}),
	},
	{
		name: 'configured without attributes', site: 'US', tag: null,
		head: '<script>window.ringtraceConfig={site:"US"}</script>', body: `<p>${swap}</p>`,
	},
	{
		name: 'calls made before the tag is here', site: 'US', found: 0,
		head: '<script>window.ringtrace=window.ringtrace||function(){(ringtrace.q=ringtrace.q||[]).push(arguments)};ringtrace("numbers",function(s){document.getElementById("n").textContent=s[0].to.national})</script>',
		body: `<p id="n">[[none=>${fresh}]]</p>`, restored: false,
	},
	{
		name: 'written for another vendor’s script', site: 'US', found: 1, tag: 'data-shim="1"',
		body: `<p id="n">[[none=>415.555.7003]]</p><p>${swap}</p><script>
			(function wait() {
				if (!window.CallTrk) return setTimeout(wait, 10);
				CallTrk.getSwapNumbers(['415.555.0199', '5105550100'], function (m) { if (m['415.555.0199']) document.getElementById('n').textContent = m['415.555.0199']; });
				CallTrk.swap();
				__ctm.main.runNow(document.body);
			})();
		</script>`, plain: true, restored: false,
	},
];

/** Somebody uses the page: waits until what a visit needs then is there. */
const settled = async (page) => {
	await page.mouse.move(9, 9);
	await page.waitForFunction(() => !window.ringtrace?.version || performance.getEntriesByType('resource').some((e) => /t-visit\.js/.test(e.name)));
};

// Sites with rules, habits and libraries of their own.
const houses = [
	{
		name: 'strict rules: no inline code, no eval, Trusted Types', site: 'US',
		csp: "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; base-uri 'none'",
		body: `<p>Call ${swap}</p><a href="${link}">x</a>`, act: settled,
	},
	{
		name: 'strict rules: a nonce, and no place is trusted', site: 'US', tag: 'nonce="bm9uY2U"',
		csp: "default-src 'none'; script-src 'nonce-bm9uY2U' 'strict-dynamic'; connect-src 'self'; trusted-types 'none'",
		body: `<p>Call ${swap}</p>`, act: settled,
	},
	{
		name: 'frozen prototypes', site: 'US',
		head: `<script>for (const o of [Object, Array, Function, Promise, RegExp, String, Map, Element, Node, EventTarget, History, Document])
			Object.freeze(o.prototype);
			Object.freeze(history);</script>`,
		body: `<p>Call ${swap} or <b>415</b>-<i>555</i>-<u>[[0199=>7003]]</u></p><a href="${link}">x</a>`, act: settled,
	},
	{
		name: 'lists that write themselves, objects with members of everybody’s', site: 'US',
		head: `<script>Array.prototype.toJSON = function () { return '[' + this.map(JSON.stringify).join() + ']'; };
			Array.prototype.each = Array.prototype.forEach;
			Object.prototype.extend = function () {};
			String.prototype.toJSON = function () { return '"' + this + '"'; };</script>`,
		body: `<p>Call ${swap}</p><a href="${link}" title="${swap}">x</a>`, act: settled,
	},
	{
		name: 'storage and cookies that throw', site: 'US',
		head: `<script>['sessionStorage', 'localStorage'].forEach(function (n) {
				Object.defineProperty(window, n, { get: function () { throw new DOMException('no', 'SecurityError'); } });
			});
			Object.defineProperty(Document.prototype, 'cookie', { get: function () { throw new DOMException('no', 'SecurityError'); }, set: function () { throw new DOMException('no', 'SecurityError'); } });</script>`,
		body: `<p>Call ${swap}</p>`, act: settled,
	},
	{
		name: 'the tag twice', site: 'US', body: `<p>Call ${swap}</p>{{tag}}`,
	},
	{
		name: 'ten numbers, each with its own', site: 'TEN',
		body: Array.from({ length: 10 }, (_, i) => `<p>[[415-555-010${i}=>415-555-702${i}]] <a href="[[tel:+1415555010${i}=>tel:+1415555702${i}]]">x</a></p>`).join(''),
	},
	{
		name: 'XHTML', site: 'US', type: 'application/xhtml+xml', file: 'page.xhtml',
	},
	{
		name: 'written while it is read', site: 'US',
		body: `<script>document.write('<p>Call ${swap}</p><ul>');for (var i = 0; i < 100; i++) document.write('<li>' + i + ' ${swap}</li>');document.write('</ul>');</script><p>${swap}</p>`,
	},
	{
		name: 'changed behind the reader’s back', site: 'US',
		body: `<p id="a">x</p>${'<p>text</p>'.repeat(200)}<script>document.getElementById('a').textContent = '${swap}';
			document.getElementById('a').insertAdjacentHTML('afterend', '<b title="${swap}">${swap}</b>');</script><p>end</p>`,
	},
	{
		name: 'a piece behind a number that was swapped already', site: 'US', body: `<p id="a">${swap}</p>`,
		act: (page) => page.evaluate((end) => document.getElementById('a').insertAdjacentHTML('beforeend', `<b>415</b>-${end}`), '[[555-0199=>555-7003]]'),
	},
	{
		name: 'the body replaced, as Turbo and pjax do', site: 'US', body: `<main><p>${swap}</p></main>`,
		act: (page) => page.evaluate((n) => {
			const was = document.body, now = document.createElement('body');
			now.innerHTML = `<main><h1>Next</h1><p>${n}</p></main>`;
			history.pushState({}, '', location.href + '#next');
			was.replaceWith(now);
			now.append(was.firstElementChild.cloneNode(true));
		}, swap),
	},
	{
		name: 'shadow roots that came with the page', site: 'US',
		body: `<section><template shadowrootmode="open"><p>${swap}</p><x-card><template shadowrootmode="open"><b>${swap}</b></template></x-card></template></section>
			<div><div><x-card><template shadowrootmode="open"><a href="${link}">${swap}</a></template></x-card></div></div>`,
	},
	{
		name: 'a shadow root below a place to be left alone', site: 'US',
		body: `<div data-noswap><x-card><template shadowrootmode="open"><p>${old}</p></template></x-card></div><p>${swap}</p>`,
	},
	{
		name: 'React: strict mode', site: 'US', head: react,
		body: `<div id="root"></div><script>
			var h = React.createElement;
			function App() {
				var s = React.useState(0);
				React.useEffect(function () { s[1](1); return function () {}; }, []);
				return h('p', { 'data-n': s[0] }, 'Call ', '${swap}', s[0] ? ' now' : '');
			}
			ReactDOM.createRoot(document.getElementById('root')).render(h(React.StrictMode, null, h(App)));
		</script>`,
	},
	{
		name: 'React: takes over what the server drew', site: 'US', head: react,
		body: `<div id="root"><main><p>Call ${swap}</p><a href="${link}">x</a></main></div><script>
			var h = React.createElement;
			function App() {
				var s = React.useState('');
				React.useEffect(function () { s[1]('ready'); }, []);
				return h('main', { className: s[0] || undefined }, h('p', null, 'Call ${swap}'), h('a', { href: '${link}' }, 'x'));
			}
			window.hydrate = function () { ReactDOM.hydrateRoot(document.getElementById('root'), h(App), { onRecoverableError: function () {} }); };
		</script>`,
		act: async (page) => {
			await page.evaluate(() => window.hydrate());
			await page.waitForFunction(() => document.querySelector('main.ready'));
		},
	},
	{
		name: 'Vue: whole branches come and go', site: 'US', head: '<script src="/lib/vue.js"></script>',
		body: `<div id="root"><button @click="open = !open">x</button><div v-if="open" v-html="html"></div><teleport to="body"><p v-if="open">{{ phone }}</p></teleport></div><script>
			Vue.createApp({ data: function () { return { open: false, phone: '${swap}', html: '<b>${swap}</b>' }; } }).mount('#root');
		</script>`,
		act: async (page) => {
			await page.click('button');
			await page.click('button');
			await page.click('button');
		},
	},
	{
		name: 'typed into fields, chosen from lists', site: 'US',
		body: `<form><input name="id"><input name="title"><textarea name="t"></textarea><select name="s"><option>none</option><option>${old}</option><option value="x">${swap}</option></select><p>${swap}</p></form>`,
		act: async (page) => {
			await page.fill('[name=id]', old);
			await page.fill('[name=title]', old);
			await page.fill('[name=t]', old);
			await page.selectOption('[name=s]', { index: 1 });
		},
	},
];

export const pick = (text, v) => text.replace(/\[\[([^]*?)=>([^]*?)\]\]/g, v === 'want' ? '$2' : '$1');

/** A row's page as a server sends it: v "want": as it shall be, without the tag. */
export function html(row, v, key = row.site) {
	const src = v === 'want' ? '/none.js' : '/t.js';
	const tag = row.tag === null ? `<script async src="${src}"></script>`
		: `<script async src="${src}" data-site="${key}" ${row.tag ?? ''}></script>`;
	const text = row.file ? readFileSync(`tests/browser/pages/${row.file}`, 'utf8')
		: `<!doctype html><html><head><meta charset="utf-8">${row.head ?? ''}{{tag}}</head><body>${row.body}</body></html>`;
	return pick(text, v).replaceAll('{{tag}}', tag).replaceAll('{{src}}', src).replaceAll('{{v}}', v);
}

/** A row's numbers: [own, shown] each. */
export const pairsOf = (row) => (typeof sites[row.site][0][0] === 'string' ? [sites[row.site]] : sites[row.site]);

/** The places where the tag swaps before a program has drawn anything, but for what is in
 *  frames: each mark is one, where the row does not say how many. */
export function placesOf(row) {
	const text = row.file ? readFileSync(`tests/browser/pages/${row.file}`, 'utf8') : `${row.head ?? ''}${row.body}`;
	return row.found ?? (text.replace(/<script[^]*?<\/script>/g, '').match(/\[\[[^]*?=>/g) ?? []).length;
}

export const gallery = [...countries, ...shapes, ...frameworks, ...places, ...houses, ...hard, ...apps, ...far];
