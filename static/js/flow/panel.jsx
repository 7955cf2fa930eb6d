// panel.jsx - the form of one step, made of the server's table of types.
import { useId, useMemo, useState } from 'react';

import { DAYS, daysOf, daysText } from './days.js';
import { BACK, addItem, exits, moveItem, removeItem, connect, setItem, setParam } from './model.js';
import { branchLabel, choiceLabel, itemLabel, label, typeHelp, typeLabel, unit } from './words.js';

function Days({ value, onChange }) {
	const on = daysOf(value);
	const flip = (d) => {
		const next = new Set(on);
		if (!next.delete(d))
			next.add(d);
		onChange(daysText(next));
	};
	return <span className="days" role="group">{DAYS.map((d) => <button key={d} type="button" className="day" aria-pressed={on.has(d)} onClick={() => flip(d)}>{d[0].toUpperCase()}<span className="vh">{d.slice(1)}</span></button>)}</span>;
}

/** Lists of the world, by the kind of parameter that names one of theirs. */
const LISTS = { prompt: 'prompts', target: 'destinations', trunk: 'trunks', flow: 'flows' };

/** The box beside a list that holds a part: finds others by their name. */
function Find({ kind, name, ask, onFound }) {
	const [text, setText] = useState('');
	const [says, setSays] = useState('');
	const go = async () => {
		const answer = await ask(kind, text);
		setSays(answer.error ?? (answer.things.length === 0 ? 'Nothing has that in its name.' : answer.more ? `The first ${answer.things.length} that fit.` : `${answer.things.length} fit${answer.things.length === 1 ? 's' : ''}.`));
		if (answer.things?.length > 0)
			onFound(answer.things);
	};
	return <span className="find-more">
		<input className="field" type="search" aria-label={`Find: ${name}`} value={text} maxLength={64} placeholder="Part of a name" autoComplete="off" onChange={(ev) => setText(ev.target.value)} onKeyDown={(ev) => {
			if (ev.key === 'Enter') {
				ev.preventDefault();
				go();
			}
		}}/>
		<button type="button" className="btn" onClick={go}>Find</button>
		<span className="small muted" role="status">{says}</span>
	</span>;
}

/** Select with an own entry for what is written by hand: a number, a key. */
function Thing({ id, param, name, value, world, onChange }) {
	const kind = LISTS[param.kind];
	const [found, setFound] = useState(null);
	const chosen = world[kind].find((t) => t.id === value);
	const list = found === null ? world[kind] : chosen && !found.some((t) => t.id === value) ? [chosen, ...found] : found;
	const known = value === undefined || value === '' || chosen !== undefined;
	const free = param.kind === 'target';
	const choose = (v) => {
		world.know({ [kind]: list.filter((t) => t.id === v) });
		onChange(v);
	};
	return <>
		<select id={id} className="field" value={known ? value ?? '' : '\u0000'} onChange={(ev) => choose(ev.target.value === '\u0000' ? '+' : ev.target.value)} required={param.required}>
			<option value="">{param.required ? 'Choose…' : 'none'}</option>
			{list.map((t) => <option key={t.id} value={t.id}>{t.name}</option>)}
			{free && <option value={'\u0000'}>A number or SIP address…</option>}
			{!free && !known && <option value={'\u0000'}>{value} (not there)</option>}
		</select>
		{free && !known && <input className="field" aria-label={`${name}: number or SIP address`} value={value} placeholder="+15551230000 or sip:name@host" onChange={(ev) => onChange(ev.target.value)}/>}
		{world.more[kind] && <Find kind={kind} name={name} ask={world.ask} onFound={setFound}/>}
	</>;
}

function Field({ param, of, value, world, onChange }) {
	const id = useId();
	const name = label(param.name, of);
	const u = unit(param.name);
	let input;
	if (LISTS[param.kind])
		input = <Thing id={id} param={param} name={name} value={value} world={world} onChange={onChange}/>;
	else if (param.kind === 'choice')
		input = <select id={id} className="field" value={value ?? param.choices[param.fallback] ?? ''} onChange={(ev) => onChange(ev.target.value === param.choices[param.fallback] && !param.required ? '' : ev.target.value)}>
			{param.choices.map((c) => <option key={c} value={c}>{choiceLabel(c, of)}</option>)}
		</select>;
	else if (param.kind === 'number')
		input = <span className="with-unit"><input id={id} className="field" type="number" inputMode="numeric" min={param.min} max={param.max} value={value ?? ''} placeholder={String(param.fallback)} onChange={(ev) => onChange(ev.target.value === '' ? '' : Number(ev.target.value))}/>{u && <span>{u}</span>}</span>;
	else if (param.kind === 'key')
		input = <select id={id} className="field" value={value ?? ''} onChange={(ev) => onChange(ev.target.value)}>{[...'1234567890*#'].map((k) => <option key={k} value={k}>{k}</option>)}</select>;
	else if (param.kind === 'days')
		return <div className="form-row"><span className="form-label">{name}</span><Days value={value} onChange={onChange}/></div>;
	else if (param.kind === 'clock')
		input = <input id={id} className="field" inputMode="numeric" pattern="[0-2][0-9]:[0-5][0-9]" maxLength={5} placeholder="09:00" value={value ?? ''} onChange={(ev) => onChange(ev.target.value)}/>;
	else if (param.kind === 'date')
		input = <input id={id} className="field" maxLength={10} placeholder="2026-12-24, or 12-24 each year" value={value ?? ''} onChange={(ev) => onChange(ev.target.value)}/>;
	else if (param.name === 'say')
		input = <textarea id={id} className="field" rows={2} maxLength={param.max} placeholder="Call from {source}, {campaign}" value={value ?? ''} onChange={(ev) => onChange(ev.target.value)}/>;
	else
		input = <input id={id} className="field" maxLength={param.max} list={param.kind === 'zone' ? 'flow-zones' : undefined} value={value ?? ''} onChange={(ev) => onChange(ev.target.value)}/>;
	return <div className="form-row"><label className="form-label" htmlFor={id}>{name}{param.required && <span aria-hidden="true"> *</span>}</label>{input}</div>;
}

function Items({ list, items, world, edit }) {
	return <fieldset className="items">
		<legend>{label(list.name)}</legend>
		{items.map((item, i) => <div className="item" key={i}>
			{list.fields.map((f) => <Field key={f.name} param={f} of={list.name} value={item[f.name]} world={world} onChange={(v) => edit.item(list.name, i, f.name, v)}/>)}
			<div className="item-tools">
				<button type="button" className="btn quiet" disabled={i === 0} onClick={() => edit.move(list.name, i, -1)} aria-label={`${itemLabel(item, list)}: up`}>↑</button>
				<button type="button" className="btn quiet" disabled={i === items.length - 1} onClick={() => edit.move(list.name, i, 1)} aria-label={`${itemLabel(item, list)}: down`}>↓</button>
				<button type="button" className="btn quiet" disabled={items.length <= list.min} onClick={() => edit.drop(list.name, i)} aria-label={`${itemLabel(item, list)}: remove`}>Remove</button>
			</div>
		</div>)}
		<button type="button" className="btn" disabled={items.length >= list.max} onClick={() => edit.add(list)}>Add to {label(list.name).toLowerCase()}</button>
	</fieldset>;
}

/** Steps that ask the caller, who may be led to them once more. */
const ASKS = ['menu', 'gather', 'challenge'];

function Way({ doc, stepKey, e, onLead }) {
	const id = useId();
	const again = ASKS.includes(doc.steps[stepKey].type);
	return <div className="form-row">
		<label className="form-label" htmlFor={id}>{e.item ? itemLabel(e.item, e.list) : branchLabel(e.branch.name)}</label>
		<select id={id} className="field" value={e.to ?? ''} onChange={(ev) => onLead(e.handle, ev.target.value === '' ? null : ev.target.value)}>
			<option value="">the call ends</option>
			<option value={BACK}>back to the menu before</option>
			{Object.entries(doc.steps).map(([k, s]) => (k !== stepKey || e.to === k || again) && <option key={k} value={k}>{k === stepKey ? 'this step again' : `${s.title || typeLabel(s.type)} (${k})`}</option>)}
		</select>
	</div>;
}

/** Where each way out leads: the canvas without the canvas. */
function Ways({ doc, stepKey, step, type, edit }) {
	const list = exits(step, type);
	if (list.length === 0)
		return null;
	return <fieldset className="ways">
		<legend>Ways out</legend>
		{list.map((e) => <Way key={e.handle} doc={doc} stepKey={stepKey} e={e} onLead={edit.lead}/>)}
	</fieldset>;
}

export default function Panel({ doc, stepKey, types, world: lists, server, problems, change, onNamed, onFirst, onRemove, onClose }) {
	const world = useMemo(() => ({ ...lists, know: onNamed, ask: (kind, text) => server.things(kind, text) }), [lists, onNamed, server]);
	const step = doc.steps[stepKey];
	const type = types[step.type];
	const set = (name, v) => change((d) => setParam(d, stepKey, name, v), `${stepKey} ${name}`);
	const edit = {
		item: (list, i, name, v) => change((d) => setItem(d, stepKey, list, i, name, v), `${stepKey} ${list} ${i} ${name}`),
		add: (list) => change((d) => addItem(d, stepKey, list)),
		drop: (list, i) => change((d) => removeItem(d, stepKey, list, i)),
		move: (list, i, by) => change((d) => moveItem(d, stepKey, list, i, by)),
		lead: (handle, to) => change((d) => connect(d, stepKey, handle, to)),
	};
	return <form className="flow-panel" aria-label={`Step ${step.title || typeLabel(step.type)}`} onSubmit={(ev) => ev.preventDefault()}>
		<header>
			<h2>{typeLabel(step.type)}</h2>
			<button type="button" className="btn quiet icon" aria-label="Close" onClick={onClose}>×</button>
		</header>
		<p className="help">{typeHelp(step.type)}</p>
		{problems.map((p, i) => <p key={i} className={`flow-problem ${p.error ? 'error' : 'warning'}`}>{p.what}</p>)}
		<div className="form-row"><label className="form-label" htmlFor="step-title">Name</label><input id="step-title" className="field" maxLength={60} value={step.title ?? ''} placeholder={typeLabel(step.type)} onChange={(ev) => set('title', ev.target.value)}/></div>
		{(type.params ?? []).map((p) => <Field key={p.name} param={p} of={step.type} value={step[p.name]} world={world} onChange={(v) => set(p.name, v)}/>)}
		{(type.lists ?? []).map((l) => <Items key={l.name} list={l} items={step[l.name] ?? []} world={world} edit={edit}/>)}
		<Ways doc={doc} stepKey={stepKey} step={step} type={type} edit={edit}/>
		<div className="panel-end">
			<button type="button" className="btn" disabled={doc.first === stepKey} onClick={onFirst}>Begin here</button>
			<button type="button" className="btn danger" onClick={onRemove}>Remove step</button>
		</div>
	</form>;
}
