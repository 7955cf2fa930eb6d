// app.jsx - the flow builder: canvas, palette, form of a step, problems,
// versions, and the simulator along the canvas.
import { Background, ControlButton, Controls, MiniMap, ReactFlow, ReactFlowProvider, useNodesInitialized, useReactFlow } from '@xyflow/react';
import { startTransition, useCallback, useEffect, useMemo, useRef, useState } from 'react';

import Card, { Icon } from './card.jsx';
import Panel from './panel.jsx';
import Try from './try.jsx';
import Versions from './versions.jsx';
import * as drafts from './drafts.js';
import { layout, placed } from './layout.js';
import { addStep, connect, copySteps, exits, history, moveSteps, pasteSteps, place, placeOf, push, readDocument, redo, removeSteps, undo, widen } from './model.js';
import { Server } from './server.js';
import { FIT, MAP_ABOVE, MIN_ZOOM, begin, useNarrow } from './sight.js';
import { GROUPS, branchLabel, itemLabel, problemWords, typeHelp, typeIcon, typeLabel } from './words.js';

const nodeTypes = { step: Card };
const CHECK_AFTER_MS = 350;
const SNAP = [20, 20];
const TOGETHER = 20; // so many cards are drawn and measured in one task
const ALL_IN_SIGHT = 12; // so many cards can be read at once
const CONTROLS = { 'controls.fitView.ariaLabel': 'Whole flow (Shift+Home)', 'minimap.ariaLabel': 'Map of the flow' };
const DRAG_TYPE = 'application/x-ringtrace-step';

const inField = (ev) => ev.target instanceof HTMLElement && (ev.target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(ev.target.tagName));

/** On a narrow screen what is inside waits behind a button. */
function Fold({ narrow, name, children }) {
	const own = useRef(null);
	if (!narrow)
		return children;
	return <details ref={own} className="flow-fold" onClick={(ev) => { if (ev.target.closest('button')) own.current.open = false; }}>
		<summary className="btn">{name}</summary>
		<div className="flow-folded">{children}</div>
	</details>;
}

function Palette({ types, onAdd }) {
	return <div className="palette" role="group" aria-label="Add a step">
		{GROUPS.map(([name, list]) => <div key={name} className="palette-group">
			<h2>{name}</h2>
			{list.filter((t) => types[t]).map((t) => <button key={t} type="button" className="palette-step" title={typeHelp(t)} draggable
				onDragStart={(ev) => { ev.dataTransfer.setData(DRAG_TYPE, t); ev.dataTransfer.effectAllowed = 'copy'; }}
				onClick={() => onAdd(t)}><Icon d={typeIcon(t)}/>{typeLabel(t)}</button>)}
		</div>)}
	</div>;
}

function Problems({ problems, doc, types, onGo }) {
	if (problems.length === 0)
		return <p className="bar-note good">No problems</p>;
	const errors = problems.filter((p) => p.error).length;
	return <details className="problems">
		<summary>{errors > 0 ? `${errors} to mend` : ''}{errors > 0 && errors < problems.length ? ', ' : ''}{errors < problems.length ? `${problems.length - errors} to look at` : ''}</summary>
		<ul>{problems.map((p, i) => <li key={i}>{p.step && doc.steps[p.step]
			? <button type="button" className={`linkish ${p.error ? 'error' : 'warning'}`} onClick={() => onGo(p.step)}><strong>{doc.steps[p.step].title || typeLabel(doc.steps[p.step].type)}</strong>: {p.what}</button>
			: <span className={p.error ? 'error' : 'warning'}>{p.what}</span>}</li>)}</ul>
	</details>;
}

/** Nodes and edges of the canvas, made of the document. */
function graph(doc, types, names, problems, chosen, trail) {
	const nodes = Object.entries(doc.steps).map(([key, step]) => ({
		id: key,
		type: 'step',
		position: placeOf(step),
		selected: chosen.includes(key),
		ariaLabel: `${step.title || typeLabel(step.type)}, step`,
		data: { step, type: types[step.type], names, first: doc.first === key, problems: problems.filter((p) => p.step === key), walked: trail?.steps.has(key) ?? false, left: trail?.left.get(key) ?? null },
	}));
	const edges = [];
	for (const [key, step] of Object.entries(doc.steps))
		for (const e of exits(step, types[step.type]))
			if (e.to !== null && Object.hasOwn(doc.steps, e.to))
				edges.push({ id: `${key}:${e.handle}`, source: key, sourceHandle: e.handle, target: e.to, targetHandle: 'in', className: trail?.left.get(key) === e.handle ? 'walked' : '', ariaLabel: `${step.title || typeLabel(step.type)}, ${e.item ? itemLabel(e.item, e.list) : branchLabel(e.branch.name)}, leads to ${doc.steps[e.to].title || typeLabel(doc.steps[e.to].type)}` });
	return { nodes, edges };
}

function Builder({ page }) {
	const { types } = page;
	const server = useMemo(() => new Server(page), [page]);
	const [world, setWorld] = useState(page.world);
	const know = useCallback((named) => setWorld((w) => widen(w, named)), []);
	const kept = useMemo(() => drafts.load(page, types), [page, types]);
	const [hist, setHist] = useState(() => drafts.begin(history(placed(page.document, types)), kept && { ...kept, document: placed(kept.document, types) }));
	const [chosen, setChosen] = useState([]);
	const [told, setProblems] = useState(page.problems);
	const [saved, setSaved] = useState(hist.past[0] ?? hist.now);
	const [state, setState] = useState(page.state);
	const [note, setNote] = useState(kept ? { text: kept.stale ? 'Somebody else saved this flow meanwhile. What you had not saved is kept: Redo shows it again.' : 'What you had not saved last time is back; Undo takes it away.' } : null);
	const [side, setSide] = useState(null); // null, 'try', 'versions'
	const [trail, setTrail] = useState(null);
	const [busy, setBusy] = useState(false);
	const [drag, setDrag] = useState({}); // places while cards are dragged
	const [sizes, setSizes] = useState({}); // of cards, as they were drawn
	const view = useReactFlow();
	const board = useRef(null);
	const drawn = useNodesInitialized();
	const narrow = useNarrow();
	const [upTo, setUpTo] = useState(TOGETHER); // so many cards are drawn
	const [begun, setBegun] = useState(false); // it was brought into sight
	const [tidied, setTidied] = useState(0); // so many times
	const first = useRef(null); // step
	first.current = hist.now.first;
	const added = useRef(null); // a new card that is not in sight yet
	const doc = hist.now;
	const dirty = doc !== saved;
	const problems = useMemo(() => told.map((p) => ({ ...p, what: problemWords(p.what) })), [told]);
	const names = useMemo(() => Object.fromEntries([...world.prompts, ...world.destinations, ...world.trunks, ...world.flows].map((t) => [t.id, t.name])), [world]);

	const change = useCallback((edit, word = null) => {
		setTrail(null);
		setHist((h) => push(h, edit(h.now), word));
	}, []);

	// What is wrong, said while one works.
	useEffect(() => {
		let past = false; // an answer about what was there before
		const timer = setTimeout(async () => {
			const answer = await server.check(doc);
			know(answer.named);
			if (answer.problems && !past)
				setProblems(answer.problems);
		}, CHECK_AFTER_MS);
		return () => {
			past = true;
			clearTimeout(timer);
		};
	}, [doc, know, page, server]);

	const waits = kept?.stale && hist.past.length === 0 && hist.future.length > 0;
	useEffect(() => {
		if (!waits)
			drafts.keep(page, state.version, dirty ? doc : null);
	}, [dirty, doc, page, state.version, waits]);

	useEffect(() => {
		const stay = (ev) => { if (dirty) ev.preventDefault(); };
		addEventListener('beforeunload', stay);
		return () => removeEventListener('beforeunload', stay);
	}, [dirty]);

	const save = useCallback(async () => {
		setBusy(true);
		const answer = await server.save(doc, state.version);
		setBusy(false);
		if (answer.error) {
			setNote({ bad: true, text: answer.error });
			return null;
		}
		setSaved(doc);
		setState(answer.state);
		setProblems(answer.problems);
		setNote({ text: `Saved as draft, version ${answer.state.version}.` });
		return answer.state;
	}, [doc, server, state.version]);

	const publish = useCallback(async () => {
		const at = dirty ? await save() : state;
		if (at === null)
			return;
		setBusy(true);
		const answer = await server.publish(at.version);
		setBusy(false);
		if (answer.problems)
			setProblems(answer.problems);
		if (answer.error)
			setNote({ bad: true, text: answer.error });
		else {
			setState(answer.state);
			setNote({ text: `Version ${answer.state.published} is live. Calls that run finish on the version they began with.` });
		}
	}, [dirty, save, server, state]);

	const go = useCallback((key) => {
		setChosen([key]);
		view.fitView({ nodes: [{ id: key }], maxZoom: 1, duration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 120 });
	}, [view]);

	/** Adds beside the chosen step, joined to its first loose way out. */
	const add = useCallback((name, at = null) => {
		const one = chosen.length === 1 ? doc.steps[chosen[0]] : null;
		const loose = one && at === null ? exits(one, types[one.type]).find((e) => e.to === null) : null;
		let where = at;
		if (where === null && one)
			where = place(placeOf(one).x + 320, placeOf(one).y + 120 * Math.max(0, exits(one, types[one.type]).findIndex((e) => e === loose || e.handle === loose?.handle)));
		if (where === null) {
			const box = board.current.getBoundingClientRect();
			const p = view.screenToFlowPosition({ x: box.left + box.width / 2, y: box.top + box.height / 3 });
			where = place(p.x, p.y);
		}
		while (Object.values(doc.steps).some((s) => placeOf(s).x === where.x && placeOf(s).y === where.y))
			where = place(where.x, where.y + 100);
		const [next, key] = addStep(doc, types[name], where, loose ? { from: chosen[0], handle: loose.handle } : null);
		change(() => next);
		setChosen([key]);
		added.current = { key, from: one && at === null ? chosen[0] : key };
	}, [change, chosen, doc, types, view]);

	const remove = useCallback((keys) => {
		change((d) => removeSteps(d, types, keys));
		setChosen([]);
	}, [change, types]);

	const paste = useCallback((text) => {
		const done = pasteSteps(doc, types, text, page.flow.id);
		if (done) {
			change(() => done[0]);
			setChosen(done[1]);
			added.current = { key: done[1][0], from: done[1].at(-1), pasted: true };
		}
	}, [change, doc, page, types]);

	useEffect(() => {
		const key = (ev) => {
			const ctrl = ev.ctrlKey || ev.metaKey;
			if (ctrl && ev.key === 's') {
				ev.preventDefault();
				save();
			} else if (inField(ev)) {
				return;
			} else if (ctrl && ev.key.toLowerCase() === 'z') {
				ev.preventDefault();
				setHist(ev.shiftKey ? redo : undo);
			} else if (ctrl && ev.key.toLowerCase() === 'y') {
				ev.preventDefault();
				setHist(redo);
			} else if (ev.key === 'Delete' || ev.key === 'Backspace') {
				const focused = document.activeElement?.closest('.react-flow__node')?.dataset.id;
				const gone = chosen.length > 0 ? chosen : focused ? [focused] : [];
				if (gone.length > 0) {
					ev.preventDefault();
					remove(gone);
				}
			} else if (ev.key === 'Home' && !ctrl && board.current.contains(document.activeElement)) {
				ev.preventDefault();
				if (ev.shiftKey)
					view.fitView(FIT);
				else
					begin(view, board.current, doc.first);
			} else if (ctrl && ev.key === 'a' && board.current.contains(document.activeElement)) {
				ev.preventDefault();
				setChosen(Object.keys(doc.steps));
			}
		};
		const copied = (ev) => {
			if (inField(ev) || chosen.length === 0 || String(getSelection()) !== '')
				return;
			ev.clipboardData.setData('text/plain', copySteps(doc, chosen, page.flow.id));
			ev.preventDefault();
		};
		const pasted = (ev) => { if (!inField(ev)) paste(ev.clipboardData.getData('text/plain')); };
		addEventListener('keydown', key);
		addEventListener('copy', copied);
		addEventListener('paste', pasted);
		return () => {
			removeEventListener('keydown', key);
			removeEventListener('copy', copied);
			removeEventListener('paste', pasted);
		};
	}, [chosen, doc, page, paste, remove, save, view]);

	// A few cards after the other: to draw and measure many keeps the page
	// busy for longer than a key press may wait. Once every one has its size
	// they come into sight.
	const count = Object.keys(doc.steps).length;
	useEffect(() => {
		if (!drawn || begun)
			return undefined;
		if (count <= upTo) {
			begin(view, board.current, first.current);
			setBegun(true);
			setUpTo(Infinity);
			return undefined;
		}
		const timer = setTimeout(() => startTransition(() => setUpTo(upTo + TOGETHER)));
		return () => clearTimeout(timer);
	}, [begun, count, drawn, upTo, view]);

	useEffect(() => {
		if (tidied > 0)
			begin(view, board.current, first.current);
	}, [tidied, view]);

	// A new card comes into sight: with all of the flow where that can be
	// read, else with the card it follows. Copies may lie far away.
	useEffect(() => {
		const { key, from, pasted } = added.current ?? {};
		if (key === undefined || !sizes[key])
			return;
		added.current = null;
		const box = board.current.getBoundingClientRect();
		const card = board.current.querySelector(`.react-flow__node[data-id="${CSS.escape(key)}"]`)?.getBoundingClientRect();
		if (card && (card.left < box.left || card.top < box.top || card.right > box.right || card.bottom > box.bottom))
			view.fitView(!pasted && Object.keys(sizes).length <= ALL_IN_SIGHT ? FIT : { ...FIT, nodes: [{ id: from }, { id: key }] });
	}, [sizes, view]);

	const one = chosen.length === 1 && doc.steps[chosen[0]] ? chosen[0] : null;
	useEffect(() => { setChosen((c) => c.filter((k) => doc.steps[k])); }, [doc]);

	// The panel takes room from the canvas: what it is about stays in sight.
	const panel = side ?? one;
	useEffect(() => {
		const card = one && board.current.querySelector(`[data-step="${CSS.escape(one)}"]`);
		if (!card || panel === null)
			return;
		const a = board.current.getBoundingClientRect();
		const b = card.getBoundingClientRect();
		const over = Math.max(0, b.right + 24 - a.right);
		const under = Math.max(0, b.bottom + 24 - a.bottom);
		if (over > 0 || under > 0) {
			const { x, y, zoom } = view.getViewport();
			view.setViewport({ x: x - over, y: y - under, zoom });
		}
	}, [one, panel, view]);

	const { nodes, edges } = useMemo(() => graph(doc, types, names, problems, chosen, trail), [doc, types, names, problems, chosen, trail]);
	const shown = useMemo(() => nodes.slice(0, upTo).map((n) => ({ ...n, measured: sizes[n.id], ...(drag[n.id] ? { position: drag[n.id], dragging: true } : {}) })), [nodes, drag, sizes, upTo]);
	const lines = useMemo(() => {
		const there = new Set(nodes.slice(0, upTo).map((n) => n.id));
		return nodes.length <= upTo ? edges : edges.filter((e) => there.has(e.source) && there.has(e.target));
	}, [nodes, edges, upTo]);

	const onNodesChange = useCallback((changes) => {
		const moved = {};
		const kept = {};
		const sized = changes.filter((c) => c.type === 'dimensions' && c.dimensions);
		if (sized.length > 0)
			setSizes((old) => ({ ...old, ...Object.fromEntries(sized.map((c) => [c.id, c.dimensions])) }));
		for (const c of changes) {
			if (c.type === 'position' && c.position && c.dragging)
				kept[c.id] = c.position;
			else if (c.type === 'position' && !c.dragging)
				moved[c.id] = c.position ?? drag[c.id];
			else if (c.type === 'select')
				setChosen((old) => (c.selected ? [...new Set([...old, c.id])] : old.filter((k) => k !== c.id)));
		}
		if (Object.keys(kept).length > 0)
			setDrag((d) => ({ ...d, ...kept }));
		const places = Object.fromEntries(Object.entries(moved).filter(([, p]) => p));
		if (Object.keys(places).length > 0) {
			setDrag({});
			setHist((h) => push(h, moveSteps(h.now, places), `move ${Object.keys(places).join(' ')}`));
		}
	}, [drag]);

	const fresh = useRef(null); // a line that is being drawn: from where
	const onConnect = useCallback((c) => {
		fresh.current = null;
		if (c.source !== c.target)
			change((d) => connect(d, c.source, c.sourceHandle, c.target));
	}, [change]);

	const importFile = async (file) => {
		const { doc: next, fault } = readDocument(await file.text(), types);
		setNote(fault ? { bad: true, text: `Not imported, this file is no flow: ${fault}.` } : null);
		if (next)
			change(() => placed(next, types));
	};

	const exportFile = () => {
		const url = URL.createObjectURL(new Blob([JSON.stringify(doc, null, '\t')], { type: 'application/json' }));
		const a = Object.assign(document.createElement('a'), { href: url, download: `${page.flow.file}.json` });
		a.click();
		URL.revokeObjectURL(url);
	};

	const errors = problems.filter((p) => p.error).length;
	return <div className="flow-app">
		<div className="flow-tools" role="toolbar" aria-label="Flow">
			<button type="button" className="btn" disabled={hist.past.length === 0} onClick={() => setHist(undo)} title="Ctrl+Z">Undo</button>
			<Fold narrow={narrow} name="More">
				<button type="button" className="btn" disabled={hist.future.length === 0} onClick={() => setHist(redo)} title="Ctrl+Shift+Z">Redo</button>
				<button type="button" className="btn" onClick={() => { change((d) => layout(d, types)); setTidied(tidied + 1); }}>Tidy up</button>
				<button type="button" className="btn" onClick={exportFile}>Export</button>
				<label className="btn">Import<input type="file" className="vh" accept="application/json,.json" onChange={(ev) => {
					const [file] = ev.target.files;
					if (file)
						importFile(file);
					ev.target.value = ''; // the same file again is a change, too
				}}/></label>
				{!narrow && <span className="spring"/>}
				<button type="button" className="btn" aria-pressed={side === 'versions'} onClick={() => setSide(side === 'versions' ? null : 'versions')}>Versions</button>
				<button type="button" className="btn" aria-pressed={side === 'try'} onClick={() => setSide(side === 'try' ? null : 'try')}>Try it</button>
			</Fold>
			<button type="button" className="btn" disabled={busy || !dirty} onClick={save} title="Ctrl+S">Save draft</button>
			<button type="button" className="btn primary" disabled={busy || errors > 0 || (!dirty && state.version === state.published)} onClick={publish}>Publish</button>
		</div>
		<div className="flow-work">
			<Fold narrow={narrow} name="Add a step"><Palette types={types} onAdd={(t) => add(t)}/></Fold>
			<div className="flow-board" ref={board}
				onDragOver={(ev) => { if (ev.dataTransfer.types.includes(DRAG_TYPE)) { ev.preventDefault(); ev.dataTransfer.dropEffect = 'copy'; } }}
				onDrop={(ev) => {
					const t = ev.dataTransfer.getData(DRAG_TYPE);
					if (!types[t])
						return;
					ev.preventDefault();
					const p = view.screenToFlowPosition({ x: ev.clientX, y: ev.clientY });
					add(t, place(p.x - 110, p.y - 30));
				}}>
				<ReactFlow className={begun ? '' : 'begins'} nodes={shown} edges={lines} nodeTypes={nodeTypes} onNodesChange={onNodesChange} onConnect={onConnect}
					onEdgesDelete={(gone) => change((d) => gone.reduce((x, e) => connect(x, e.source, e.sourceHandle, null), d))}
					onReconnect={(old, c) => change((d) => connect(connect(d, old.source, old.sourceHandle, null), c.source, c.sourceHandle, c.target))}
					onPaneClick={() => setChosen([])} deleteKeyCode={null} snapToGrid snapGrid={SNAP} fitViewOptions={FIT} minZoom={MIN_ZOOM} ariaLabelConfig={CONTROLS} maxZoom={2}
					defaultEdgeOptions={{ type: 'smoothstep' }} connectionRadius={40} proOptions={{ hideAttribution: false }} aria-label="Canvas of the flow">
					<Background gap={20}/>
					<Controls showInteractive={false}>
						<ControlButton title="First step (Home)" aria-label="First step (Home)" onClick={() => begin(view, board.current, doc.first)}><Icon d="M3 3v10M13 8H6M8.500 5 5.500 8l3 3"/></ControlButton>
					</Controls>
					{nodes.length > MAP_ABOVE && <MiniMap pannable zoomable nodeBorderRadius={16}/>}
				</ReactFlow>
				{Object.keys(doc.steps).length === 0 && <p className="board-empty">Choose the first step on the left, for example a menu or opening hours.</p>}
			</div>
			{side === 'try' && <Try server={server} doc={doc} types={types} world={world} names={names} onNamed={know} onTrail={setTrail} onGo={go} onClose={() => { setSide(null); setTrail(null); }}/>}
			{side === 'versions' && <Versions server={server} state={state} onLoad={(d) => change(() => placed(d, types))} onState={setState} onNote={setNote} onClose={() => setSide(null)}/>}
			{side === null && one && <Panel key={one} doc={doc} stepKey={one} types={types} world={world} server={server} onNamed={know} problems={problems.filter((p) => p.step === one)} change={change}
				onFirst={() => change((d) => ({ ...d, first: one }))} onRemove={() => remove([one])} onClose={() => setChosen([])}/>}
		</div>
		<div className="flow-bar" role="status">
			<Problems problems={problems} doc={doc} types={types} onGo={go}/>
			<span className="spring"/>
			{note && <p className={`bar-note${note.bad ? ' bad' : ''}`}>{note.text}</p>}
			<p className="bar-note">{dirty ? 'Not saved' : `Draft ${state.version}`}{state.published ? `, live: version ${state.published}` : ', nothing is live yet'}</p>
		</div>
	</div>;
}

export default function App({ page }) {
	return <ReactFlowProvider><Builder page={page}/></ReactFlowProvider>;
}
