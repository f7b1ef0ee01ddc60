import { fetchRequest, writeAnswer } from '../express/node-request.ts';
import { orNext } from '../express/or-next.ts';
import type { Handler } from '../express/express.ts';
import { createBff } from './bff.ts';
import type { BffOptions } from './bff.ts';

/** The same for Express, Connect or Polka: put it above body parsers, so that bodies are streamed as they come. */
export function bff(options: BffOptions): Handler {
  const { handle } = createBff(options);
  const { origin } = new URL(options.baseURL);
  return (request, response, next) => {
    const run = async () => {
      const answer = await handle(fetchRequest(request, origin));
      if (answer === undefined) next();
      else await writeAnswer(response, answer);
    };
    void orNext(run(), next);
  };
}
