// flow.jsx - begins the flow builder on the page that holds its data.
import { startTransition } from 'react';
import { createRoot } from 'react-dom/client';

import App from './flow/app.jsx';
import { learn } from './flow/words.js';

const root = document.getElementById('flow-builder');
const page = JSON.parse(document.getElementById('flow-data').textContent);

// Types come as a list, in the server's order.
page.types = Object.fromEntries(page.types.map((t) => [t.name, t]));
learn(page.words);
root.replaceChildren();
// In slices: a first drawing in one piece keeps the page busy for longer than a
// key press may wait.
startTransition(() => createRoot(root).render(<App page={page}/>));
