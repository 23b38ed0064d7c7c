/** Command lines worth copying, for the reference page; a test reads each with the parser of its command's options. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  run: [
    'learn run examples/02-mnist.learn --check',
    'learn run examples/02-mnist.learn --seed 7 --engine wasm --out runs/seven',
    'learn run --resume runs/02-mnist-1',
    'learn run examples/01-penguins.learn --json',
  ],
  check: ['learn check examples/*.learn'],
  fmt: [
    'learn fmt examples/*.learn',
    'learn fmt --check examples/*.learn',
    'learn fmt --unicode examples/01-penguins.learn',
  ],
  explain: ['learn explain examples/04-vae.learn', 'learn explain examples/04-vae.learn --latex'],
  compile: [
    'learn compile examples/01-penguins.learn --emit types',
    'learn compile examples/02-mnist.learn --emit plan --engine wasm',
  ],
  eval: ["learn eval 'KL(Normal(0, 1) || Normal(1, 2))'", "learn eval 'size(D)' --in problem.learn"],
  new: ['learn new my-problem'],
};
