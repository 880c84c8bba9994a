import type { Resumption } from '@bnrnn/core';
import type { Comparison } from '../compare/compareRuns';
import { eventsOf, type RunSummary } from '../compare/runSummary';
import { formatCount, formatDuration } from '../formatNumber';
import type { Run } from '../run/run';
import { markup, type Html } from './markup';
import { sentenceList } from './sentenceList';

/** What each run was told to do and what it ran on, and how to do it again. */
export function reproduceSection({ groups, corpus }: Comparison): Html {
  const runs = groups.flatMap(({ summaries }) => summaries.map(({ run }) => run));
  return markup`<section>
    <h2>How to reproduce</h2>
    <ol>
      <li>${codeStep(runs)}</li>
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

/** Which code to run; a version with `-changed` behind it is a commit that files differed from. */
function codeStep(runs: readonly Run[]): Html {
  const versions = known(runs.map(({ config }) => config.commit)).filter(
    (version) => version !== 'unknown' && version !== '',
  );
  if (versions.length === 0) {
    return markup`Take the code that the runs were made with; they do not name a commit.`;
  }
  const steps = versions.map((version, index) => {
    const [, commit, changed] = /^([0-9a-f]{7,64})(-changed)?$/.exec(version) ?? [];
    const and = index === 0 ? '' : '; for the other runs, ';
    if (commit === undefined) return markup`${and}install <code>${version}</code>`;
    const differed = changed === undefined ? '' : ' (the runs were made with changes to it)';
    return markup`${and}check out commit <code>${commit}</code>${differed} and run <code>npm ci</code>`;
  });
  return markup`To have the same code, ${steps}.`;
}

function runCommand({ run, steps }: RunSummary): Html {
  const { seed, backend, precision, command, resumptions = [] } = run.config;
  const [start] = eventsOf(run, 'start');
  const facts = [
    `seed ${seed}`,
    `backend ${backend}`,
    ...(precision === 'float32' ? [] : [`precision ${precision}`]),
    ...(start === undefined ? [] : [`${formatCount(start.parameters)} parameters`]),
    `${formatCount(steps)} steps`,
    run.result === undefined
      ? 'not ended when this page was made'
      : `${formatDuration(run.result.seconds)} of training`,
  ];
  const text =
    command === ''
      ? markup`<p class="note">The run does not record its command.</p>`
      : markup`<pre><code>${command}</code></pre>`;
  return markup`<p class="note">${facts.join(', ')}</p>
    ${text} ${resumptions.map(resumptionText)}`;
}

function resumptionText({ step, command, commit }: Resumption): Html {
  return markup`<p class="note">It went on after step ${formatCount(step)}, at ${commit}:</p>
    <pre><code>${command}</code></pre>`;
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
  const isAbsolute = /^(?:[a-z]:)?[/\\]/i.test(folder);
  return isAbsolute ? (folder.match(/[^/\\]+/g)?.at(-1) ?? folder) : folder;
}

function known(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}
