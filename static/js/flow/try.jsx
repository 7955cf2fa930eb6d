// try.jsx - the simulator: who calls, when, from where, what they press, and
// what each destination does. The server runs the code of the live call.
import { useEffect, useState } from 'react';

import { Icon } from './card.jsx';
import { handleOf, soundOf, trialWords, wallClock } from './trial.js';
import { typeIcon, typeLabel } from './words.js';

const DOES = [['answers', 'answers'], ['silent', 'rings, nobody comes'], ['busy', 'is busy'], ['fails', 'cannot be reached'], ['refuses', 'answers and refuses'], ['ignores', 'answers, presses nothing'], ['full', 'has no free place']];
const FACTS = [['source', 'Source', 'google'], ['medium', 'Medium', 'cpc'], ['campaign', 'Campaign', ''], ['keyword', 'Keyword', ''], ['channel', 'Channel', 'paid search'], ['landing', 'Landing page', '/offers'], ['referrer', 'Referrer', 'www.google.com'], ['click', 'Click id', 'gclid']];

/** Every destination that the document names, in the order of its steps. */
export function destinationsOf(doc) {
	const out = new Set();
	for (const s of Object.values(doc.steps)) {
		if (typeof s.to === 'string' && s.to !== '')
			out.add(s.to);
		for (const m of s.members ?? [])
			if (m.to)
				out.add(m.to);
	}
	return [...out];
}

const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;


export default function Try({ server, doc, types, world, names, onNamed, onTrail, onGo, onClose }) {
	const [script, setScript] = useState({ caller: '+12125550147', at: wallClock(Date.now(), world.zone), digits: '', facts: {}, first_time: true, anonymous: false });
	const [does, setDoes] = useState({});
	const [run, setRun] = useState(null);
	const [error, setError] = useState(null);
	const [busy, setBusy] = useState(false);
	const [kept, setKept] = useState({ cases: [], block: false });
	useEffect(() => { server.cases().then((a) => { if (a.cases) setKept(a); }); }, [server]);
	const list = destinationsOf(doc);
	const set = (name, v) => setScript((s) => ({ ...s, [name]: v }));
	const setDoing = (id, name, v) => setDoes((d) => ({ ...d, [id]: { does: 'answers', after_s: 6, ...d[id], [name]: v } }));

	const asCase = () => ({
		name: 'try',
		at: script.at,
		caller: script.anonymous ? '' : script.caller,
		anonymous: script.anonymous,
		known: !script.first_time,
		keys: script.digits.split(/\s+/).filter((k) => k !== '').map((k) => (k === '-' ? '' : k)),
		phones: list.map((to) => ({ to, does: 'answers', after_s: 6, ...does[to] })),
		...Object.fromEntries(Object.entries(script.facts).filter(([, v]) => v !== '')),
	});

	const go = async (ev) => {
		ev.preventDefault();
		setBusy(true);
		const answer = await server.try(doc, asCase());
		setBusy(false);
		setError(answer.error ?? null);
		if (answer.error || !answer.rows) {
			setRun(null);
			onTrail(null);
			return;
		}
		onNamed(answer.named);
		setRun({ ...answer, asked: asCase() });
		const steps = new Set();
		const left = new Map();
		for (const r of answer.rows) {
			if (r.step && doc.steps[r.step])
				steps.add(r.step);
			if (doc.steps[r.step] && r.what === 'leaves')
				left.set(r.step, handleOf(r.way, doc.steps[r.step], types[doc.steps[r.step].type]));
		}
		onTrail({ steps, left });
	};

	const store = async (cases, block) => {
		const answer = await server.keep(cases, block);
		setError(answer.error ?? null);
		if (answer.cases)
			setKept(answer);
	};
	const keep = () => {
		const through = run.rows.filter((r) => r.what === 'enters' && doc.steps[r.step]).map((r) => r.step);
		const name = through.map((k) => doc.steps[k].title || typeLabel(doc.steps[k].type)).join(', ').slice(0, 60);
		store([...kept.cases, { ...run.asked, name: `${kept.cases.length + 1}: ${name}`, expect: { result: run.result, through } }], kept.block);
	};

	return <section className="flow-panel" aria-label="Try it">
		<header><h2>Try it</h2><button type="button" className="btn quiet icon" aria-label="Close" onClick={onClose}>×</button></header>
		<p className="help">The same code as a live call, with everything as you say here. Nobody is rung.</p>
		<form onSubmit={go}>
			<div className="form-row"><label className="form-label" htmlFor="try-caller">Caller</label><input id="try-caller" className="field" value={script.caller} disabled={script.anonymous} maxLength={16} onChange={(ev) => set('caller', ev.target.value)}/></div>
			<div className="form-row"><label className="form-label" htmlFor="try-at">When ({world.zone})</label><input id="try-at" className="field" type="datetime-local" required value={script.at} onChange={(ev) => set('at', ev.target.value)}/></div>
			<div className="form-row"><label className="form-label" htmlFor="try-digits">Presses, in order</label><input id="try-digits" className="field" value={script.digits} maxLength={100} placeholder="1 80202#   (- silence, = the digit asked for)" onChange={(ev) => set('digits', ev.target.value)}/></div>
			<label className="check"><input type="checkbox" checked={script.first_time} onChange={(ev) => set('first_time', ev.target.checked)}/> Never called before</label>
			<label className="check"><input type="checkbox" checked={script.anonymous} onChange={(ev) => set('anonymous', ev.target.checked)}/> Number withheld</label>
			<details><summary>What brought the caller</summary>
				{FACTS.map(([name, text, hint]) => <div className="form-row" key={name}><label className="form-label" htmlFor={`try-${name}`}>{text}</label><input id={`try-${name}`} className="field" maxLength={120} placeholder={hint} value={script.facts[name] ?? ''} onChange={(ev) => set('facts', { ...script.facts, [name]: ev.target.value })}/></div>)}
			</details>
			{list.length > 0 && <fieldset><legend>What the telephones do</legend>
				{list.map((id) => <div className="form-row" key={id}>
					<label className="form-label" htmlFor={`try-${id}`}>{names[id] ?? id}</label>
					<span className="with-unit"><select id={`try-${id}`} className="field" value={does[id]?.does ?? 'answers'} onChange={(ev) => setDoing(id, 'does', ev.target.value)}>{DOES.map(([v, t]) => <option key={v} value={v}>{t}</option>)}</select>
						<input className="field" type="number" min={0} max={300} aria-label={`${names[id] ?? id}: after so many seconds`} value={does[id]?.after_s ?? 6} onChange={(ev) => setDoing(id, 'after_s', Number(ev.target.value))}/><span>s</span></span>
				</div>)}
			</fieldset>}
			<button type="submit" className="btn primary" disabled={busy}>Run</button>
		</form>
		{error && <p className="flow-problem error" role="alert">{error}</p>}
		{run && <div className="try-run" aria-live="polite">
			<p className="try-end"><strong>{run.result}</strong> after {clock(run.duration_ms)}</p>
			<button type="button" className="btn" onClick={keep}>Keep as a case</button>
			<ol>{run.rows.filter((r) => r.what !== 'enters' || doc.steps[r.step]).map((r, i) => <li key={i}>
				<span className="try-at">{clock(r.at_ms)}</span>
				{r.what === 'enters'
					? <button type="button" className="linkish" onClick={() => onGo(r.step)}><Icon d={typeIcon(doc.steps[r.step].type)}/>{doc.steps[r.step].title || typeLabel(doc.steps[r.step].type)}</button>
					: <span>{trialWords(r, names)}</span>}
				{(r.what === 'hears' || r.what === 'whispers') && <Hear prompt={soundOf(world, r.text)} who={r.what === 'hears' ? 'caller' : 'called side'}/>}
			</li>)}</ol>
		</div>}
		{kept.cases.length > 0 && <fieldset><legend>Cases</legend>
			<p className="help">Tried on every publishing.</p>
			<ul className="cases">{kept.cases.map((c, i) => <li key={i}>{c.name} <span className="help">{c.expect?.result}</span> <button type="button" className="linkish" onClick={() => store(kept.cases.filter((_, k) => k !== i), kept.block)} aria-label={`Remove the case ${c.name}`}>Remove</button></li>)}</ul>
			<label className="check"><input type="checkbox" checked={kept.block} onChange={(ev) => store(kept.cases, ev.target.checked)}/> One that fails forbids publishing</label>
		</fieldset>}
	</section>;
}

function Hear({ prompt, who }) {
	if (!prompt)
		return null;
	return <span className="try-hear">{prompt.audio ? <audio controls preload="none" src={prompt.audio} aria-label={`What the ${who} hears: ${prompt.name}`}/> : <span className="help">{prompt.name} ({who})</span>}</span>;
}
