// gallery_hard.mjs - more pages of the gallery (gallery.mjs has what a row is):
// habits of real pages that make numbers hard to find, or easy to find where none
// is to be changed.

const old = '(415) 555-0199', fresh = '(415) 555-7003', swap = `[[${old}=>${fresh}]]`;
const link = '[[tel:+14155550199=>tel:+14155557003]]';
const json = (o) => JSON.stringify(o).replaceAll('"', '&quot;');

/** In both pages, after what was written by programs is drawn. */
const drawn = (page) => page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))));

export const hard = [
	{
		name: 'letters in labels, titles and pieces', site: 'FREE', found: 5,
		body: `<button aria-label="[[Call 1-800-FLOWERS=>Call +1 833-555-0123]]" title="[[1 (800) FLOWERS today=>+1 833-555-0123 today]]">Call</button>
			<a href="[[tel:+18003569377=>tel:+18335550123]]" aria-label="[[800-FLOWERS=>(833) 555-0123]]">us</a><i title="flowers from $800"></i>
			<p><span>[[1-800-=>+1 833-555-0123]]</span><b>[[FLOWERS=>]]</b></p><p><b>8000</b> <i>FLOWERS</i></p>`,
	},
	{
		name: 'numbers with pictures in them', site: 'US', found: 4,
		body: `<p><b>[[+1=>+1]]</b> <img src="data:," alt="US"> 415 555 [[0199=>7003]]</p><p>(415)<img src="data:," alt=""><wbr>555-[[0199=>7003]]</p>
			<a href="[[https://wa.me/%2B14155550199?text=a%2Bb=>https://wa.me/%2B14155557003?text=a%2Bb]]">a</a>
			<a href="[[https://api.whatsapp.com/send?phone=%2B14155550199=>https://api.whatsapp.com/send?phone=%2B14155557003]]">b</a>`,
	},
	{
		name: 'numbers at the bottom of very deep pages', site: 'US', found: 4,
		body: `${'<div>a <b>1</b>'.repeat(300)}<p>${swap}</p><p><i>415</i>-<i>555</i>-<i>[[0199=>7003]]</i></p>${'</div>b'.repeat(150)}${swap}${'</div>'.repeat(150)}
			<p>${'<i>7</i> '.repeat(290)}</p><p>${[...'415-555-'].map((c) => `<u>${c}</u>`).join('')}${[...'0199'].map((c, i) => `<u>[[${c}=>${'7003'[i]}]]</u>`).join('')}</p>`,
	},
	{
		name: 'shadow roots in one of a thousand boxes', site: 'US',
		body: `${'<div><p>x</p></div>'.repeat(700)}<div><template shadowrootmode="open"><p>${swap}</p></template></div>${'<div><p>x</p></div>'.repeat(700)}<p>${swap}</p>`,
	},
	{
		name: 'settings of widgets in attributes', site: 'US', found: 4,
		body: `<div class="elementor-widget" data-settings="${json({ phone: old, link: 'tel:+14155550199' })}" data-elementor-type="popup">
				<a class="elementor-button" href="${link}" data-vars="${json({ n: '4155550199' })}">Call ${swap}</a></div>
			<div x-data="${json({ tel: old })}" :title="'4155550199'" onclick="void '(415) 555-0199'" style="--n: '(415) 555-0199'" id="p-4155550199" class="n-4155550199">${swap}</div>
			<iframe title="[[(415) 555-0199=>(415) 555-7003]]" srcdoc="<p>${swap}</p>"></iframe>`,
	},
	{
		name: 'extensions, in words and in links', site: 'US',
		body: `<p>[[415-555-0199=>415-555-7003]] ext. 5, [[(415) 555-0199=>(415) 555-7003]] x5, [[415.555.0199=>415.555.7003]] #5, [[+1 415 555 0199=>+1 415 555 7003]] Ext 12 or 14, [[415-555-0199=>415-555-7003]];ext=5, [[415-555-0199=>415-555-7003]]/5</p>
			<a href="[[tel:+14155550199;ext=5=>tel:+14155557003;ext=5]]">a</a><a href="[[tel:+14155550199,5=>tel:+14155557003,5]]">b</a><a href="[[tel:+1-415-555-0199,,5#=>tel:+1-415-555-7003,,5#]]">c</a>
			<a href="[[tel:+14155550199p5=>tel:+14155557003p5]]">d</a><a href="[[tel://4155550199=>tel://4155557003]]">e</a><a href="[[tel: 415 555 0199=>tel:4155557003]]">f</a>`,
	},
	{
		name: 'dashes, dots and blanks of typesetters', site: 'US',
		body: `<p>415\u2012555\u2012[[0199=>7003]], 415\u2014555\u2014[[0199=>7003]], 415\uff0d555\uff0d[[0199=>7003]], 415\u202f555\u202f[[0199=>7003]], 415\u2009\u2013\u2009555\u2009\u2013\u2009[[0199=>7003]]</p>
			<p>415\u2010555\u2010[[0199=>7003]], (415)\u2003555\u2011[[0199=>7003]], 415\ufeff555\ufeff[[0199=>7003]], 415\u2060-\u2060555\u2060-\u2060[[0199=>7003]], \u200f415-555-[[0199=>7003]]\u200f</p>
			<p>415<wbr>-555<wbr>-[[0199=>7003]], 415&shy;555&shy;[[0199=>7003]], <cite>415</cite>-<q>555</q>-[[0199=>7003]], (415)<!-- area -->555-[[0199=>7003]]</p>`,
	},
	{
		name: 'look-alikes in addresses, files, cards and coordinates', site: 'US',
		body: `<p>Write to 4155550199@example.com or x4155550199@example.com. Card 4155 5501 9900 0000, 4155-5501-9900-0000. #4155550199. 41.5555, -0.199.</p>
			<p>14155550199x2, 415555019.9, 4 155550199 0, 00:41:55:55:01:99, 2-415-555-0199-3, 0.4155550199, 4155550199-B</p>
			<p>Or <b>[[415-555-0199=>415-555-7003]]-B</b> at the desk. SKU4155550199. 4155550199th. €4155550199</p><p>${swap}</p>`,
	},
	{
		name: 'templates that are drawn later', site: 'US',
		body: `<template id="t"><p>${old}</p><a href="tel:+14155550199">x</a></template><div id="here"></div><div data-html="&lt;b&gt;${old}&lt;/b&gt;" id="there"></div>`,
		act: async (page) => {
			await page.evaluate(([text, href]) => {
				const copy = document.getElementById('t').content.cloneNode(true);
				copy.querySelector('p').textContent = text;
				copy.querySelector('a').setAttribute('href', href);
				document.getElementById('here').append(copy);
				document.getElementById('there').innerHTML = `<b>${text}</b>`;
			}, [swap, link]);
			await drawn(page);
		},
	},
	{
		name: 'microdata, AMP and what is for machines', site: 'US',
		head: `<link rel="alternate" href="/4155550199" title="Feed"><meta itemprop="telephone" content="+14155550199"><meta name="twitter:data1" content="${old}">`,
		body: `<div itemscope itemtype="https://schema.org/Plumber"><span itemprop="telephone" content="[[+14155550199=>+14155557003]]">${swap}</span><meta itemprop="telephone" content="${old}">
			<link itemprop="url" href="https://example.com/4155550199"><data value="4155550199">${swap}</data><time datetime="4155550199">x</time></div>
			<amp-call-tracking config="https://example.com/n?4155550199"><a href="${link}">${swap}</a></amp-call-tracking>
			<amp-state id="s"><script type="application/json">{"phone":"${old}"}</script></amp-state><button value="4155550199" name="n">Send</button>`,
	},
	{
		name: 'a wall of cookies before the page', site: 'US',
		body: `<div id="wall" role="dialog"><p>We use cookies. Questions? ${swap}</p><button id="ok">Accept</button></div><script type="text/plain" id="rest"><main><h1>${old}</h1><a href="tel:+14155550199">${old}</a></main></script>
			<main hidden><p>${swap}</p></main><script>
			document.getElementById('ok').onclick = function () {
				document.getElementById('wall').remove();
				document.querySelector('main').hidden = false;
			};
		</script>`,
		act: (page) => page.click('#ok'),
	},
	{
		name: 'a popup drawn by a program, closed, and opened again', site: 'US',
		body: `<button id="open">Call back</button><script>
			document.getElementById('open').onclick = function () {
				var now = document.querySelector('.pop');
				if (now) return now.remove();
				now = document.createElement('div');
				now.className = 'pop';
				now.innerHTML = '<div class="dialog-widget"><h2>Call <span>(415)</span> <span>[[555-0199=>555-7003]]</span></h2><a href="${link}" aria-label="Call ${swap}"><i></i>${swap}</a></div>';
				document.body.append(now);
			};
		</script>`,
		act: async (page) => {
			for (let i = 0; i < 3; i++) await page.click('#open');
			await drawn(page);
		},
	},
	{
		name: 'tables, lists and addresses', site: 'US',
		body: `<table><tr><th>Phone</th><td>${swap}</td></tr><tr><td>415</td><td>555-0199</td></tr></table><dl><dt>Tel</dt><dd>[[415-555-0199=>415-555-7003]]</dd></dl>
			<address>1 Main St, Suite 415<br>555-0199 is no number<br>Tel. ${swap}<br>Fax (415) 555-0198</address><ul><li>415</li><li>555-0199</li></ul>
			<pre>  Phone:\t415-555-[[0199=>7003]]\n  Fax:\t415-555-0198</pre><label>Phone <output>${swap}</output></label><figure><img alt="${swap}" src="data:,"><figcaption>${swap}</figcaption></figure>`,
	},
	{
		name: 'slots, and a host deep in the page with children of its own', site: 'US',
		body: `<x-phone><span slot="number">${swap}</span><template shadowrootmode="open"><b>Call</b> <slot name="number"></slot></template></x-phone>
			<section><div><div class="deep"><p>Around ${swap}</p><template shadowrootmode="open"><h2>${swap}</h2><slot></slot></template></div></div></section>
			<span>a<template shadowrootmode="open">${swap}</template></span><p><template shadowrootmode="open"><b>${swap}</b></template></p><h3><template shadowrootmode="open"><a href="${link}">${swap}</a></template></h3>`,
		// A box with children of its own, or an element of texts, is looked at when somebody uses the page.
		act: (page) => page.mouse.move(9, 9),
	},
	{
		name: 'drawings with pieces of a number', site: 'US',
		body: `<svg width="200" height="60"><text x="0" y="20">Call <tspan font-weight="bold">(415)</tspan> <tspan>555-[[0199=>7003]]</tspan></text><text y="40">${swap}</text><desc>${swap}</desc><foreignObject width="90" height="20"><p>${swap}</p></foreignObject></svg>`,
	},
	{
		name: 'typed letter by letter, counted up, and shuffled', site: 'US', body: '<p id="t"></p><p id="c">0</p><p id="s">(415) 555-</p>',
		act: async (page) => {
			await page.evaluate(async ([text, rest]) => {
				const t = document.getElementById('t');
				t.textContent = '';
				for (const c of text) t.textContent += c;
				for (let i = 0; i < 30; i++) document.getElementById('c').textContent = String(4155550170 + i) + '0';
				document.getElementById('s').append(rest);
			}, [swap, '[[0199=>7003]]']);
			await drawn(page);
		},
	},
	{
		name: 'links with blanks and capitals, from editors', site: 'US',
		body: `<a href=" [[tel:+14155550199=>tel:+14155557003]]">a</a><a href="\n\t[[tel:415-555-0199=>tel:415-555-7003]]">b</a><a href="[[TEL:415.555.0199=>TEL:415.555.7003]]">c</a><a href=" [[sms:+14155550199?body=Hi=>sms:+14155557003?body=Hi]]">d</a><a href=" /tel:+14155550199">e</a>`,
	},
	{
		name: 'forms whose fields have the names of what is used', site: 'US',
		body: `<form title="Or call ${swap}"><input name="rt"><input name="title"><p>${swap}</p></form><p>${swap}</p>
			<form><input type="hidden" name="rt" value="/thanks"><select name="to"><option>${old}</option><option value="x">${swap}</option></select><input list="l"><datalist id="l"><option>${old}</option></datalist></form><a href="${link}">x</a>`,
	},
	{
		name: 'Britain as people write it', site: 'GB',
		body: `<p>[[0207 946 0018=>0207 946 0977]], [[020 79 46 00 18=>020 79 46 09 77]], [[+44 (0) 20 7946 0018=>+44 (0) 20 7946 0977]], [[+44(0)2079460018=>+44(0)2079460977]], [[+44 (20) 7946 0018=>+44 (20) 7946 0977]], [[(+44) 20 7946 0018=>(+44) 20 7946 0977]], [[00 44 20 7946 0018=>00 44 20 7946 0977]]</p>
			<p>Charity 0207946. Sort code 20-79-46, account 00182079. NI 207946001. <a href="[[tel:+44(0)2079460018=>tel:+44(0)2079460977]]">[[020&nbsp;7946&nbsp;0018=>020&nbsp;7946&nbsp;0977]]</a> <a href="[[tel:0044-20-7946-0018=>tel:0044-20-7946-0977]]">x</a></p>`,
	},
	{
		name: 'Germany and France as people write them', site: 'DE',
		body: `<p>[[030 231 250 01=>030 231 257 77]], [[030 23 12 50 01=>030 23 12 57 77]], [[(0 30) 23 12 50 01=>(0 30) 23 12 57 77]], [[+49.30.23125001=>+49.30.23125777]], [[+49 / 30 / 23125001=>+49 / 30 / 23125777]], [[0 30 / 23 12 50 01=>0 30 / 23 12 57 77]]</p>
			<p>Telefon: [[+49 (30) 231250-01=>+49 (30) 231257-77]] · Fax: +49 (30) 231250-02 · HRB 23125001 B · USt-IdNr. DE 302312500 · Kto. 30 2312 5001 0</p>`,
	},
	{
		name: 'numbers broken at a bracket or a dash, and by drawings', site: 'US', found: 6,
		body: `<p>(415)<br>555-[[0199=>7003]] and 415-<br>555-[[0199=>7003]], [[+1 (415)=>+1 (415)]] <br/> 555.[[0199=>7003]]</p><p><b>(415)</b><br><b>555-[[0199=>7003]]</b></p>
			<p>(415) <svg width="9" height="9"><path d="M0 0h9"/></svg> 555-[[0199=>7003]], 415-<svg width="9" height="9">\n<g>\n<path d="M0 0"/></g></svg>555-[[0199=>7003]]</p>
			<p>Suite 415<br>555-0199 is no number, nor are 415 <br> 555-0199, (415)<svg width="9"><text>0</text></svg>555-0199, (415)<br>555-01<br>99</p>`,
	},
	{
		name: 'full-width brackets and dashes', site: 'US',
		body: `<p>电话：（415）555-[[0199=>7003]]，415－555－[[0199=>7003]]，[[＋1（415）555－0199=>＋1（415）555－7003]]，415／555／[[0199=>7003]]</p><p>传真：（415）555-0198</p>`,
	},
	{
		name: 'full-width digits', site: 'US',
		body: `<p>电话：[[４１５－５５５－０１９９=>４１５－５５５－７００３]]，（４１５）５５５－[[０１９９=>７００３]]，[[＋１　４１５　５５５　０１９９=>＋１　４１５　５５５　７００３]]，[[４１５５５５０１９９=>４１５５５５７００３]]，415-555-[[０１９９=>７００３]]</p>
			<p><b>（４１５）</b>５５５－<b>[[０１９９=>７００３]]</b></p><p>传真：４１５－５５５－０１９８，号：４１５５５５０１９９９、９４１５５５５０１９９、4155550199９</p><p>０１９９ ${swap} ０１９９</p>`,
	},
	{
		name: 'full-width digits of Britain and Germany', site: 'GB',
		body: `<p>０２０　７９４６　[[００１８=>０９７７]]，＋４４ ２０ ７９４６ [[００１８=>０９７７]]，（０２０）７９４６－[[００１８=>０９７７]]</p><p>０２０　７９４６　００１９</p>`,
	},
	{
		name: 'keys, notes and raised digits', site: 'US', found: 5,
		body: `<p>Dial <kbd>415</kbd>-<kbd>555</kbd>-<kbd>[[0199=>7003]]</kbd> or ${[...'415555'].map((c) => `<kbd>${c}</kbd>`).join('')} ${[...'0199'].map((c, i) => `<kbd>[[${c}=>${'7003'[i]}]]</kbd>`).join('')}.</p>
			<p>${swap}<sup>1</sup>, (415) <sup>555-[[0199=>7003]]</sup>, 415<sub>-555-</sub>[[0199=>7003]]</p><p>Press <kbd>0</kbd> <kbd>199</kbd>, not <kbd>555</kbd>-<kbd>0198</kbd></p>`,
	},
	{
		name: 'words that are edited, and kept ones, beside a number', site: 'US',
		body: `<p>Room <span contenteditable>12</span>: <b>(415)</b> 555-[[0199=>7003]]</p><p>${swap} <i contenteditable>${old}</i> ${swap}</p><p>Fax <span data-noswap>415-555-0198</span>, <b>(415)</b> 555-[[0199=>7003]]</p>
			<p><b>415</b>-<span contenteditable>555</span>-0199, 415-<b data-noswap>555</b>-0199</p><div contenteditable>Ask <span contenteditable="false">${old}</span> or <b>415</b>-555-0199</div>`,
		act: async (page) => {
			await page.evaluate((n) => document.querySelector('span[contenteditable]').append(' ' + n), old);
			await drawn(page);
		},
	},
	{
		name: 'links of messengers, and of old drawings', site: 'US',
		body: `<a href="[[facetime:+14155550199=>facetime:+14155557003]]">a</a><a href="[[facetime-audio:415-555-0199=>facetime-audio:415-555-7003]]">b</a>
			<a href="[[viber://chat?number=%2B14155550199=>viber://chat?number=%2B14155557003]]">c</a><a href="[[viber://add?number=14155550199=>viber://add?number=14155557003]]">d</a>
			<a href="[[https://t.me/+14155550199=>https://t.me/+14155557003]]">e</a><a href="https://t.me/4155550199">f</a><a href="https://t.me/+aB4155550199">g</a>
			<svg width="90" height="20"><a xlink:href="${link}"><text y="15">${swap}</text></a><a xlink:href="/n/4155550199"><text>x</text></a><use xlink:href="#n4155550199"></use></svg>`,
	},
	{
		name: 'a frame written into the page, with the tag of its own', site: 'US', found: 1,
		body: `<iframe srcdoc="<p>${swap}</p><script async src='{{src}}' data-site='US'></script>"></iframe><p>${swap}</p>`,
		// Asked for by the frame itself: the page around waits for its answer.
		act: (page) => page.waitForFunction(() => !window.ringtrace?.version || document.querySelector('iframe').contentWindow.ringtrace?.numbers().length),
	},
	{
		name: 'frames of strangers in a box', site: 'US', found: 1,
		body: `<iframe sandbox srcdoc="<p>${old}</p>"></iframe><iframe sandbox="allow-same-origin" srcdoc="<p>${swap}</p>"></iframe><iframe src="data:text/html,<p>${old}</p>"></iframe><p>${swap}</p>`,
	},
	{
		name: 'by hand and by a tag manager', site: 'US',
		body: `<p>${swap}</p><script>
			window.ringtraceConfig = { site: 'US' };
			var s = document.createElement('script');
			s.async = true;
			s.src = '{{src}}';
			document.head.append(s);
		</script><a href="${link}">x</a>`,
	},
	{
		name: 'a page without scripts inside one with', site: 'US',
		body: `<noscript><p>Call ${old}</p><img alt="${old}" src="/p?n=4155550199"></noscript><p>${swap}</p><div id="t"></div>`,
		act: async (page) => {
			await page.evaluate((n) => {
				document.getElementById('t').innerHTML = `<noscript>${n}</noscript>`;
			}, old);
			await drawn(page);
		},
	},
	{
		name: 'in captions, buttons, reading aids and boxes that are none', site: 'US',
		body: `<details><summary>Phone ${swap}</summary><fieldset><legend>Call ${swap}</legend><button type="button"><span>Call</span> <span>(415)</span> <b>[[555-0199=>555-7003]]</b></button></fieldset></details>
			<input type="reset" value="Or call ${swap}"><input type="button" value="[[4155550199=>4155557003]]"><select><option value="1">${swap}</option><option value="2">Fax (415) 555-0198</option></select>
			<ruby>415-555-[[0199=>7003]]<rt>call</rt></ruby><p style="display:contents">${swap}</p><table><caption>Tel. ${swap}</caption><tr><td>415</td><td>5</td><td>555-0199</td></tr></table>
			<p>415&shy;-<wbr>555&shy;-<wbr>[[0199=>7003]], 415&nbsp;555&nbsp;[[0199=>7003]], 415&#x200b;-&#x200b;555&#x2060;-[[0199=>7003]]</p>
			<p>Fax 415-555-0198, IBAN DE41 5555 0199 0041 5555 01, $4,155,550,199, 41.555501.99, order 4155550199-01, 04155550199, 2041-55-55, 0199</p>`,
	},
	{
		name: 'many numbers close together, whole and in pieces', site: 'ODD', found: 120,
		body: Array.from({ length: 40 }, (_, i) => `<p>${'x '.repeat(i)}<b>[[030=>030 231257]]</b><i>[[ 23125001=>]]</i> or <a href="[[tel:+493023125001=>tel:+4930231257]]">[[+49 30 23125001=>+49 30 231257]]</a><u>${i}</u></p>`).join(''),
	},
	{
		name: 'the document written anew', site: 'US', body: `<p>${swap}</p>`,
		act: async (page) => {
			await page.evaluate(([n, l]) => {
				document.open();
				document.write(`<!doctype html><title>Next ${n}</title><p>Still ${n}</p><a href="${l}">x</a>`);
				document.close();
			}, [swap, link]);
			await drawn(page);
		},
	},
	{
		name: 'a trunk prefix where the old number has none', site: 'TRUNK',
		body: `<p>[[(11) 4002-8922=>0800 123 4567]], [[11 4002.8922=>0800 123 4567]], [[+55 11 4002-8922=>+55 80 0123-4567]]; [[1800-11-4000=>080 1234 5678]], [[1800 114 000=>080 1234 5678]]</p>
			<a href="[[tel:1140028922=>tel:+558001234567]]">a</a><a href="[[tel:+551140028922=>tel:+558001234567]]">b</a><a href="[[tel:1800114000=>tel:+918012345678]]">c</a>`,
	},
	{
		name: 'numbers in a row without a blank, and in addresses', site: 'US',
		body: `<p>415-555-0198/[[415-555-0199=>415-555-7003]], (415) 555-0198,[[(415) 555-0199=>(415) 555-7003]],(415) 555-0197, [[415.555.0199=>415.555.7003]],415.555.0198</p>
			<p>https://example.com/p/4155550199, example.com/4155550199?x, wa.me/[[14155550199=>14155557003]]</p><p>4155550199,00 or 3,4155550199 or $4,155,550,199</p>`,
	},
	{
		name: 'British numbers in a row', site: 'GB',
		body: '<p>020 7946 0019,[[020 7946 0018=>020 7946 0977]]/020 7946 0017, 02079460019/02079460018</p>',
	},
	{
		name: 'the same digits in another country', site: 'US',
		body: `<p>+44 415-555-0199, +44 (0)415 555 0199, (+44) 415.555.0199, +4155550199; (+1): [[415-555-0199=>415-555-7003]], 18+ [[415-555-0199=>415-555-7003]], +1 or [[415-555-0199=>415-555-7003]]</p>
			<a href="tel:+4155550199">a</a><a href="tel:%2B4155550199">b</a><a href="tel:94155550199">c</a><a href="https://wa.me/494155550199">d</a><a href="tel:+44 4155550199">e</a><a href="[[tel:9,4155550199=>tel:9,4155557003]]">f</a>`,
	},
	{
		name: 'British digits in Italy', site: 'GB',
		body: '<p>+39 20 7946 0018, +39 020 7946 0018, +39 (0)20 7946 0018, [[+44 20 7946 0018=>+44 20 7946 0977]]</p><a href="tel:+392079460018">x</a>',
	},
	{
		name: 'Brazil with a zero before the code of the area', site: 'BR',
		body: `<p>[[(011) 4002-8922=>(011) 4002-1357]], [[01140028922=>01140021357]], [[+55 (011) 4002-8922=>+55 (011) 4002-1357]], [[0 11 4002 8922=>0 11 4002 1357]]</p><p>R$1140028922, #01140028922, 2011 4002 8922</p>
			<a href="[[tel:01140028922=>tel:01140021357]]">x</a><a href="https://wa.me/5491140028922">in Argentina</a>
			<a href="[[tel:0151140028922=>tel:0151140021357]]">by carrier</a><a href="[[tel:0211140028922=>tel:0211140021357]]">by carrier</a><a href="tel:+54 0151140028922">x</a><a href="tel:00541140028922">x</a>`,
	},
	{
		name: 'Mexico with the 1 of mobiles, and the prefixes of before', site: 'MX',
		body: `<p>[[+52 1 55 1234 5678=>+52 1 55 1234 5999]], [[+52 (1) 55 1234 5678=>+52 (1) 55 1234 5999]], [[+52 55 1234 5678=>+52 55 1234 5999]], +54 1 55 1234 5678</p>
			<a href="[[https://wa.me/5215512345678=>https://wa.me/5215512345999]]">a</a><a href="[[https://api.whatsapp.com/send?phone=5215512345678=>https://api.whatsapp.com/send?phone=5215512345999]]">b</a>
			<a href="[[tel:+5215512345678=>tel:+5215512345999]]">c</a><a href="[[tel:015512345678=>tel:015512345999]]">d</a><a href="[[tel:0445512345678=>tel:0445512345999]]">e</a>
			<a href="https://wa.me/5415512345678">f</a><a href="tel:00445512345678">g</a>`,
	},
	{
		name: 'a zero in brackets where there is none to dial', site: 'PL',
		body: `<p>[[+48 (0)22 123 45 67=>+48 (0)22 123 49 99]], [[+48 22 123 45 67=>+48 22 123 49 99]], [[(0-22) 123 45 67=>(0-22) 123 49 99]], +49 (0)22 123 45 67, +49 22 123 45 67</p>
			<a href="[[tel:+48(0)221234567=>tel:+48(0)221234999]]">a</a><a href="[[tel:0221234567=>tel:0221234999]]">b</a><a href="tel:+490221234567">c</a>`,
	},
	{
		name: 'words of other lengths', site: 'WORDS',
		body: `<p>[[1-800-CALL-ATT=>+1 833-555-0123]], [[1 800 CALL ATT=>+1 833-555-0123]], [[1-800-GO-FEDEX=>+1 833-555-0124]], [[(800) GoFedEx=>(833) 555-0124]], [[800.CALL.ATT=>(833) 555-0123]]</p>
			<p>1-800-CALL-ATTN stays, 1-800-22-55-288 and 1-800-2255-288</p><a href="[[tel:1-800-CALL-ATT=>tel:+18335550123]]" title="[[1-800-GO-FEDEX=>+1 833-555-0124]]">x</a>`,
	},
	{
		name: 'frames in places to be left alone', site: 'US', found: 0,
		body: `<div data-noswap><iframe srcdoc="<p>${old}</p>"></iframe></div><iframe data-calltrk-noswap srcdoc="<p>${old}</p>"></iframe><div contenteditable><iframe srcdoc="<p>${old}</p>"></iframe></div>
			<x-box data-noswap><template shadowrootmode="open"><iframe srcdoc="<p>${old}</p>"></iframe></template></x-box><iframe srcdoc="<p>${swap}</p>"></iframe>`,
	},
	{
		name: 'what a field for long texts says of itself', site: 'US',
		body: `<textarea placeholder="Or call ${swap}" title="${swap}" aria-label="${swap}">${old}</textarea><div data-noswap><textarea placeholder="${old}"></textarea></div>
			<textarea data-noswap placeholder="${old}"></textarea><textarea data-calltrk-noswap title="${old}"></textarea>`,
	},
];
