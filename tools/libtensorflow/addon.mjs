import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Problem, run } from './problem.mjs';

export const tfjsVersion = '4.22.0';
const nodeGypVersion = '11.5.0';

/** The newest Node-API version that tfjs-node's own releases are built for; every later Node has it. */
const nodeApi = 8;

/** These must be the project's own copies: tfjs is one engine for each process. */
const shared = ['tfjs-core', 'tfjs-backend-cpu'];

/**
 * Installs tfjs-node and node-gyp from npm into a folder, without their install scripts, and puts the
 * project's own tfjs-core in the place of a second copy.
 *
 * @returns the folder of tfjs-node.
 */
export async function installPackage(out, project) {
  const own = createRequire(join(project, 'package.json'));
  const links = shared.map((name) => ({ name, target: ownCopy(own, `@tensorflow/${name}`) }));
  if (links[0].target === null) {
    throw new Problem(
      `${project} has no @tensorflow/tfjs-core.`,
      `npm install @tensorflow/tfjs-core@${tfjsVersion}`,
    );
  }
  await mkdir(out, { recursive: true });
  const dependencies = { '@tensorflow/tfjs-node': tfjsVersion, 'node-gyp': nodeGypVersion };
  const description = 'Made by tools/libtensorflow/build.mjs of bnrnn: tfjs-node with its addon.';
  await writeFile(
    join(out, 'package.json'),
    `${JSON.stringify({ private: true, description, dependencies }, null, 2)}\n`,
  );
  // What an earlier build linked must not be followed into the project.
  for (const { name } of links) await rm(modulePath(out, name), { recursive: true, force: true });
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  await run('npm could not install tfjs-node', 'npm', args, { cwd: out, env: quietEnv() });
  for (const { name, target } of links) {
    if (target === null) continue;
    await rm(modulePath(out, name), { recursive: true, force: true });
    await symlink(target, modulePath(out, name), 'dir');
  }
  return modulePath(out, 'tfjs-node');
}

/** Compiles tfjs-node's binding against a library. The addon finds that library by its full path. */
export async function compileAddon(out, addon, library) {
  const link = join(addon, 'deps', 'lib');
  await rm(join(addon, 'deps'), { recursive: true, force: true });
  await mkdir(link, { recursive: true });
  await symlink(library.include, join(addon, 'deps', 'include'), 'dir');
  // The names that binding.gyp links; at run time the library is found by its own name.
  await symlink(join(library.folder, library.main), join(link, 'libtensorflow.so'));
  await symlink(join(library.folder, library.framework), join(link, 'libtensorflow_framework.so'));
  const headers = [process.env['npm_config_nodedir'], dirname(dirname(process.execPath)), '/usr']
    .filter(Boolean)
    .find((folder) => existsSync(join(folder, 'include', 'node', 'node_api.h')));
  await run(
    'The addon could not be compiled',
    process.execPath,
    [
      join(out, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js'),
      'rebuild',
      ...(headers === undefined ? [] : [`--nodedir=${headers}`]),
      '--',
      '-Dmodule_name=tfjs_binding',
      `-Dmodule_path=./lib/napi-v${nodeApi}`,
      `-Dnapi_build_version=${nodeApi}`,
    ],
    { cwd: addon, env: { ...process.env, LDFLAGS: `-Wl,-rpath,'${library.folder}'` } },
  );
}

/** Multiplies two matrices through the built addon, in a process of its own. */
export async function tryAddon(addon) {
  const script = `
    const tf = require(${JSON.stringify(addon)});
    const product = tf.matMul([[1, 2], [3, 4]], [[5, 6], [7, 8]]).dataSync().join(' ');
    const { binding, isUsingGpuDevice } = tf.backend();
    console.log(JSON.stringify({ product, tensorflow: binding.TF_Version, gpu: isUsingGpuDevice }));`;
  const printed = await run('The addon does not run', process.execPath, ['-e', script], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
  });
  const { product, tensorflow, gpu } = JSON.parse(printed.trim().split('\n').at(-1));
  if (product !== '19 22 43 50') {
    throw new Problem(`The addon multiplies wrongly: ${product} instead of 19 22 43 50.`);
  }
  return { tensorflow, gpu };
}

function ownCopy(own, name) {
  try {
    const file = own.resolve(`${name}/package.json`);
    const { version } = JSON.parse(readFileSync(file, 'utf8'));
    if (version === tfjsVersion) return realpathSync(dirname(file));
    throw new Problem(
      `The project has ${name} ${version}, and tfjs-node ${tfjsVersion} needs ${tfjsVersion}.`,
      `npm install ${name}@${tfjsVersion}`,
    );
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

const modulePath = (out, name) => join(out, 'node_modules', '@tensorflow', name);

/** npm hands its own settings down to the scripts that it runs; a second npm must not take them. */
function quietEnv() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^npm_(config_(local_prefix|prefix|package_lock|workspace)|package_)/i.test(name),
    ),
  );
}
