// gallery_apps.mjs - more pages of the gallery (gallery.mjs has what a row is):
// programs that rewrite, recycle, copy and move what stands on the page.

const old = '(415) 555-0199', fresh = '(415) 555-7003', swap = `[[${old}=>${fresh}]]`;
const link = '[[tel:+14155550199=>tel:+14155557003]]';

/** In both pages, after what was written by programs is drawn. */
const drawn = (page) => page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))));

/** Once the number stands on the page that has the tag. */
const shown = (page) => page.waitForFunction((n) => !window.ringtrace?.version || document.body.textContent.includes(n), fresh);

export const apps = [
	{
		name: 'translated by the browser: every text in two elements', site: 'US',
		body: `<p>Call ${swap} now</p><p>Or <b>(415)</b> 555-[[0199=>7003]]</p><a href="${link}" title="Call ${swap}">${swap}</a><ul><li>Fax (415) 555-0198</li></ul>`,
		act: async (page) => {
			await shown(page);
			await page.evaluate(() => {
				const texts = [], walk = document.createTreeWalker(document.body, 4);
				while (walk.nextNode()) if (walk.currentNode.data.trim() && walk.currentNode.parentNode.localName !== 'script') texts.push(walk.currentNode);
				for (const t of texts) {
					const outer = document.createElement('font'), inner = document.createElement('font');
					outer.style.verticalAlign = inner.style.verticalAlign = 'inherit';
					outer.append(inner);
					inner.append(t.data.replace('Call', 'Llame al').replace('now', 'ahora'));
					t.replaceWith(outer);
				}
				document.documentElement.className = 'translated-ltr';
			});
			await drawn(page);
		},
	},
	{
		name: 'a list of which a few rows are used again and again', site: 'US',
		body: `<ul id="list">${'<li><a href="#"></a><span></span></li>'.repeat(5)}</ul>`,
		act: async (page) => {
			await page.evaluate(async ([text, href]) => {
				const rows = [...document.querySelectorAll('#list li')];
				for (let top = 0; top < 40; top++) {
					rows.forEach((row, i) => {
						const n = top + i, has = n % 3 === 0;
						row.firstChild.href = has ? href : `/row/${n}`;
						row.firstChild.textContent = has ? text : `Row ${n}`;
						row.lastChild.textContent = n % 2 ? `Order 4155550${100 + n}` : `Call ${text}`;
					});
					if (top % 8 === 0) await new Promise((r) => requestAnimationFrame(r));
				}
			}, [swap, link]);
			await drawn(page);
		},
	},
	{
		name: 'shadow roots that are written as text, and copied', site: 'US', body: `<main></main><p>${swap}</p>`,
		act: async (page) => {
			await shown(page);
			await page.evaluate(([n]) => {
				const main = document.querySelector('main');
				const deep = `<x-card><template shadowrootmode="open" shadowrootclonable><p>${n}</p></template></x-card>`;
				main.setHTMLUnsafe(`<section>${deep}</section>${deep}<div><div><template shadowrootmode="open"><i>${n}</i></template></div></div>`);
				main.append(main.querySelector('x-card').cloneNode(true));
			}, [swap]);
			await drawn(page);
		},
	},
	{
		name: 'words of a search marked in the text', site: 'US',
		body: `<p id="t">Call ${swap}, day or night</p><p>${swap}</p>`,
		act: async (page) => {
			await shown(page);
			await page.evaluate(() => {
				const t = document.getElementById('t').firstChild, n = t.splitText(5), rest = n.splitText(14);
				const mark = document.createElement('mark');
				n.replaceWith(mark);
				mark.append(n);
				rest.splitText(5);
			});
			await drawn(page);
		},
	},
	{
		name: 'a page kept aside and brought back', site: 'US',
		body: `<main id="a"><h1>${swap}</h1><a href="${link}" title="${swap}">x</a></main>`,
		act: async (page) => {
			await shown(page);
			await page.evaluate(async ([n, l]) => {
				const frame = () => new Promise((r) => requestAnimationFrame(r)), a = document.getElementById('a');
				const b = document.createElement('main');
				b.innerHTML = `<p>${n}</p><a href="${l}">y</a>`;
				for (let i = 0; i < 3; i++) {
					a.replaceWith(b);
					await frame();
					b.replaceWith(a);
					await frame();
				}
				const parked = document.createDocumentFragment();
				parked.append(a);
				document.body.append(b);
				await frame();
				document.body.append(parked);
			}, [swap, link]);
			await drawn(page);
		},
	},
	{
		name: 'a page moved onto another by what differs', site: 'US',
		body: `<main id="m"><p class="a">Call ${swap}</p><a href="${link}" title="x">Call</a></main>`,
		act: async (page) => {
			await shown(page);
			await page.evaluate(([n, l]) => {
				const next = document.createElement('main');
				next.id = 'm';
				next.innerHTML = `<p class="b">Call ${n}</p><a href="${l}" title="Call ${n}">Call</a><p>${n}</p>`;
				(function morph(from, to) {
					for (const { name, value } of to.attributes ?? []) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
					if (to.nodeType === 3 && from.data !== to.data) from.data = to.data;
					[...to.childNodes].forEach((c, i) => from.childNodes[i] ? morph(from.childNodes[i], c) : from.append(c.cloneNode(true)));
				})(document.getElementById('m'), next);
			}, [swap, link]);
			await drawn(page);
		},
	},
	{
		name: 'full-width digits in attributes, too', site: 'US',
		body: `<p>电话：４１５－５５５－[[０１９９=>７００３]]</p><a title="[[４１５－５５５－０１９９=>４１５－５５５－７００３]]" aria-label="电话 [[４１５５５５０１９９=>４１５５５５７００３]]">x</a>
			<img alt="（４１５）５５５－[[０１９９=>７００３]]" src="data:,"><b title="４１５－５５５－０１９８" data-n="４１５５５５０１９９">x</b>`,
	},
	{
		name: 'a document of an editor of before', site: 'US', body: `<iframe id="f"></iframe><p>${swap}</p>`,
		act: async (page) => {
			await shown(page);
			await page.evaluate(([n]) => {
				const d = document.getElementById('f').contentDocument;
				d.designMode = 'on';
				d.open();
				d.write(`<p>${n}</p><a href="tel:${n}">x</a>`);
				d.close();
			}, [old]);
			await drawn(page);
		},
	},
];
