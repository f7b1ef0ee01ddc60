import { keepCompiledCode } from './compile-cache.ts';

keepCompiledCode();
const [{ run }, { systemTerminal }] = await Promise.all([import('./cli/run.ts'), import('./cli/terminal.ts')]);

process.exit(await run(process.argv.slice(2), systemTerminal()));
