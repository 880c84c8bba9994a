import { basename, isAbsolute } from 'node:path';
import type { Comparison } from '../compare/compareRuns';
import { eventsOf, type RunSummary } from '../compare/runSummary';
import { formatCount, formatDuration } from '../formatNumber';
import type { Run } from '../run/run';
import { markup, type Html } from './markup';
import { sentenceList } from './sentenceList';

/** What each run was told to do and what it ran on, and how to do it again. */
export function reproduceSection({ groups, corpus }: Comparison): Html {
  const runs = groups.flatMap(({ summaries }) => summaries.map(({ run }) => run));
  const commits = known(runs.map(({ config }) => config.commit));
  const code =
    commits.length === 0
      ? markup`Take the version of the code that the runs were made with; they do not name a commit.`
      : markup`Check out ${commits.length === 1 ? 'commit' : 'the commits'} ${inlineList(commits)} and
          run <code>npm ci</code>.`;
  return markup`<section>
    <h2>How to reproduce</h2>
    <ol>
      <li>${code}</li>
      <li>Get the corpus ${corpus.name}; its counts and SHA-256 must be those above.</li>
      <li>
        Run the command of each run. One seed draws the same initial weights and dropout masks in
        the baseline and in the normalized model.
      </li>
      <li>
        Make this page again:
        <pre><code>bnrnn report ${runs.map(shownFolder).join(' ')}</code></pre>
      </li>
    </ol>
    ${groups.map(
      (group) =>
        markup`<h3>${group.label}</h3>
          ${group.summaries.map(runCommand)}`,
    )}
    ${versionsTable(runs)}
  </section>`;
}

function runCommand({ run, steps }: RunSummary): Html {
  const { seed, backend, command } = run.config;
  const [start] = eventsOf(run, 'start');
  const facts = [
    `seed ${seed}`,
    `backend ${backend}`,
    ...(start === undefined ? [] : [`${formatCount(start.parameters)} parameters`]),
    `${formatCount(steps)} steps`,
    run.result === undefined
      ? 'not ended when this page was made'
      : `${formatDuration(run.result.seconds)} of training`,
  ];
  const text =
    command === undefined
      ? markup`<p class="note">The run does not record its command.</p>`
      : markup`<pre><code>${command}</code></pre>`;
  return markup`<p class="note">${facts.join(', ')}</p>
    ${text}`;
}

function versionsTable(runs: readonly Run[]): Html {
  const names = [...new Set(runs.flatMap(({ config }) => Object.keys(config.versions)))];
  if (names.length === 0) return markup``;
  const rows = names.map((name) => {
    const versions = known(runs.map(({ config }) => config.versions[name]));
    return markup`<tr class="first">
      <th scope="row">${name}</th>
      <td>${sentenceList(versions)}</td>
    </tr>`;
  });
  return markup`<div class="scroll">
    <table>
      <caption>
        Versions
      </caption>
      <thead>
        <tr>
          <th scope="col">name</th>
          <th scope="col">version</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/** A folder as its caller named it; of an absolute path, which means nothing elsewhere, the last part. */
function shownFolder({ folder }: Run): string {
  return isAbsolute(folder) ? basename(folder) : folder;
}

function known(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}

function inlineList(items: readonly string[]): readonly Html[] {
  return items.map((item) => markup`<code>${item}</code>`);
}
