import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GpuBackend } from './gpuBackend';
import { heldBy, recorderOf } from './recorder';
import { hasSubgroups, totalsOf } from './totals';

type NumberType = 'u32' | 'f32';

/** One compute shader: its numbers, the arrays it reads and writes, and the text of its `main`. */
export interface Program<Param extends string, Read extends string, Write extends string> {
  readonly name: string;
  readonly params: Readonly<Record<Param, NumberType>>;
  readonly reads: Readonly<Record<Read, 'f32' | 'i32' | 'u32'>>;
  /** May be read too. */
  readonly writes: Readonly<Record<Write, 'f32'>>;
  readonly workgroup: readonly [number, number?, number?];
  /** Whether `main` calls `total` or `largest`, see `totalsOf`. */
  readonly folds?: true;
  /** Functions and workgroup memory. */
  readonly declarations?: string;
  /** Sees `group`, `groups`, `local`, `lane` and `p`, the numbers. */
  readonly main: string;
}

/** Writes a program down; its names are read off the value. */
export function defineProgram<
  const Param extends string,
  const Read extends string,
  const Write extends string,
>(program: Program<Param, Read, Write>): Program<Param, Read, Write> {
  return program;
}

/** What one dispatch, or several of one program over the same tensors, run with. */
export interface Call<Param extends string, Read extends string, Write extends string> {
  readonly reads: Readonly<Record<Read, TensorInfo | undefined>>;
  readonly writes: Readonly<Record<Write, TensorInfo>>;
  /** The numbers of each dispatch. */
  readonly steps: readonly Readonly<Record<Param, number>>[];
  readonly groups: readonly [number, number?, number?];
}

/** WebGPU aligns dynamic offsets to it. */
const stride = 256;

/** Dispatches of one pass, after which it is handed to the device. */
const most = 128;

interface Compiled {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const compiled = new WeakMap<GPUDevice, Map<object, Compiled>>();

/** Records a program once for each of its steps: one bind group, one upload of all numbers. */
export function run<Param extends string, Read extends string, Write extends string>(
  backend: GpuBackend,
  program: Program<Param, Read, Write>,
  { reads, writes, steps, groups }: Call<Param, Read, Write>,
): void {
  const { pipeline, layout } = compile(backend.device, program);
  const readKeys = Object.keys(program.reads) as Read[];
  const writeKeys = Object.keys(program.writes) as Write[];
  const tensors = [
    ...readKeys.map((key) => reads[key] ?? backend.nothing),
    ...writeKeys.map((key) => writes[key]),
  ];
  const buffers = tensors.map((tensor) => backend.bufferOf(tensor));
  // What was read of them before is no longer so.
  for (const key of writeKeys) heldBy(backend, writes[key].dataId).values = null;
  const numbers = packNumbers(program.params, steps);
  const uniforms = backend.bufferManager.acquireBuffer(
    numbers.byteLength,
    GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  );
  backend.queue.writeBuffer(uniforms, 0, numbers);
  const bindGroup = backend.device.createBindGroup({
    layout,
    entries: [
      { binding: 0, resource: { buffer: uniforms, size: stride } },
      ...buffers.map((buffer, i) => ({ binding: i + 1, resource: { buffer } })),
    ],
  });
  const recorder = recorderOf(backend);
  backend.ensureCommandEncoderReady();
  recorder.uniformPendingDisposal.push(uniforms);
  for (const { dataId } of tensors) recorder.commandQueueOwnedIds.add(dataId);
  recorder.computePassEncoder ??= recorder.commandEncoder.beginComputePass();
  const pass = recorder.computePassEncoder;
  pass.setPipeline(pipeline);
  steps.forEach((_, i) => {
    pass.setBindGroup(0, bindGroup, [i * stride]);
    pass.dispatchWorkgroups(...groups);
  });
  backend.dispatches += steps.length;
  recorder.dispatchCountInPass += steps.length;
  if (recorder.dispatchCountInPass < most) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

function packNumbers<Param extends string>(
  params: Readonly<Record<Param, NumberType>>,
  steps: readonly Readonly<Record<Param, number>>[],
): ArrayBuffer {
  const bytes = new ArrayBuffer(stride * steps.length);
  const view = new DataView(bytes);
  const fields = Object.entries(params) as [Param, NumberType][];
  steps.forEach((step, i) => {
    fields.forEach(([key, type], k) => {
      const at = i * stride + 4 * k;
      if (type === 'u32') view.setUint32(at, step[key], true);
      else view.setFloat32(at, step[key], true);
    });
  });
  return bytes;
}

function compile(device: GPUDevice, program: Program<string, string, string>): Compiled {
  let known = compiled.get(device);
  if (known === undefined) {
    known = new Map<object, Compiled>();
    compiled.set(device, known);
  }
  let entry = known.get(program);
  if (entry === undefined) known.set(program, (entry = build(device, program)));
  return entry;
}

function build(device: GPUDevice, program: Program<string, string, string>): Compiled {
  const { name, reads, writes, workgroup } = program;
  const kinds = [
    ...Object.keys(reads).map(() => 'read-only-storage' as const),
    ...Object.keys(writes).map(() => 'storage' as const),
  ];
  const layout = device.createBindGroupLayout({
    entries: [
      {
        binding: 0,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: 'uniform', hasDynamicOffset: true },
      },
      ...kinds.map((type, i) => ({
        binding: i + 1,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type },
      })),
    ],
  });
  const arrays = [
    ...Object.entries(reads).map(([key, type]) => `var<storage, read> ${key}: array<${type}>;`),
    ...Object.entries(writes).map(
      ([key, type]) => `var<storage, read_write> ${key}: array<${type}>;`,
    ),
  ];
  const fields = Object.entries(program.params).map(([key, type]) => `${key}: ${type},`);
  const size = workgroup.reduce<number>((product, each = 1) => product * each, 1);
  const totals = program.folds && totalsOf(size, hasSubgroups(device));
  const code = `${totals?.directives ?? ''}
struct Numbers { ${fields.join(' ')} }
@group(0) @binding(0) var<uniform> p: Numbers;
${arrays.map((text, i) => `@group(0) @binding(${i + 1}) ${text}`).join('\n')}
${totals?.declarations ?? ''}
${program.declarations ?? ''}
@compute @workgroup_size(${workgroup.join(', ')})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) lane: u32,${totals?.builtins ?? ''}
) {
${totals?.opening ?? ''}
${program.main}
}`;
  const module = device.createShaderModule({ label: name, code });
  const pipeline = device.createComputePipeline({
    label: name,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: 'main' },
  });
  return { pipeline, layout };
}

/** Groups of 256 that cover `count` elements, in two dimensions where one cannot hold them. */
export function linear(count: number): [number, number] {
  const needed = Math.max(1, Math.ceil(count / 256));
  const wide = Math.min(needed, 65_535);
  return [wide, Math.ceil(needed / wide)];
}

/** WGSL: the number of this element under `linear`. */
export const element = 'let i = (group.y * groups.x + group.x) * 256u + lane;';
