import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { commands } from './commands.ts';
import { makeWorkplace } from './terminal.fixture.ts';

const workplace = makeWorkplace();
after(() => workplace.remove());

test('--help lists every command', async () => {
  const { code, out } = await workplace.run(['--help']);
  assert.equal(code, 0);
  for (const { name, summary } of commands) assert.ok(out.includes(`  ${name}`) && out.includes(summary), name);
});

for (const { name, options } of commands) {
  test(`"${name} --help" lists its options`, async () => {
    const { code, out, err } = await workplace.run([...name.split(' '), '--help']);
    assert.equal(code, 0);
    assert.equal(err, '');
    assert.ok(out.startsWith(`usage: ostiary ${name} [OPTIONS]\n`));
    for (const option of Object.keys(options)) assert.ok(out.includes(`--${option}`), option);
  });
}

test('--version tells the version of the package', async () => {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  assert.deepEqual(await workplace.run(['--version']), { code: 0, out: `${manifest.version}\n`, err: '' });
});

const wrong: [string[], string][] = [
  [['strat'], 'there is no command "strat"; did you mean "start"?\n"ostiary --help" tells what there is.'],
  [
    ['users', 'add'],
    'there is no command "users add"; did you mean "user add"?\n"ostiary --help" tells what there is.',
  ],
  [
    ['password'],
    `there is no command "password"; the commands are ${commands.map(({ name }) => name).join(', ')}\n"ostiary --help" tells what there is.`,
  ],
  [['--config', 'a'], 'the command comes before its options\n"ostiary --help" tells what there is.'],
  [
    ['start', '--prot', '1'],
    '"start" has no option --prot; did you mean --port?\n"ostiary start --help" tells what there is.',
  ],
  [
    ['user', 'add', '--password', 'hush'],
    '"user add" has no option --password\n"ostiary user add --help" tells what there is.',
  ],
  [['start', '--port'], `Option '--port <value>' argument missing\n"ostiary start --help" tells what there is.`],
  [['start', '--port', '65536'], '--port must be a number from 0 to 65535, not "65536"'],
  [['start', '--port', '80a'], '--port must be a number from 0 to 65535, not "80a"'],
  [['user', 'disable'], '"user disable" needs --username NAME'],
  [['user', 'sign-out'], '"user sign-out" needs --username NAME'],
  [['backup'], '"backup" needs --to FILE'],
  [['restore'], '"restore" needs --from FILE'],
  [['user', 'add', '--username', 'ada', '--claims', '[]'], `--claims must be a JSON object, such as '{"name":"Ada"}'`],
  [['user', 'add', '--username', 'ada', '--claims', '{'], `--claims must be a JSON object, such as '{"name":"Ada"}'`],
  [
    ['user', 'add', '--username', 'ada', '--claims', '{"sub":"1"}'],
    '--claims.sub: is set by the issuer alone; remove it',
  ],
];
for (const [args, message] of wrong) {
  test(`"${args.join(' ')}" is a wrong command line`, async () => {
    assert.deepEqual(await workplace.run(args), { code: 2, out: '', err: `ostiary: ${message}\n` });
  });
}

test('words after the options are refused', async () => {
  const { code, err } = await workplace.run(['start', 'now']);
  assert.equal(code, 2);
  assert.match(err, /Unexpected argument 'now'/);
});

test('no command at all shows what there is, as an error', async () => {
  const { code, out, err } = await workplace.run([]);
  assert.deepEqual([code, out], [2, '']);
  assert.match(err, /^Ostiary: .*\n\nusage: ostiary COMMAND/);
});
