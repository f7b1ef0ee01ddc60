import { fetchRequest, untilLeft, writeAnswer } from '../express/node-request.ts';
import { orNext } from '../express/or-next.ts';
import type { Handler } from '../express/express.ts';
import { createBff } from './bff.ts';
import type { BffOptions } from './bff.ts';

/** The same for Express, Connect or Polka: put it above body parsers, so that bodies are streamed as they come. */
export function bff(options: BffOptions): Handler {
  const { handle } = createBff(options);
  const { origin } = new URL(options.baseURL);
  return (request, response, next) => {
    const left = untilLeft(response);
    const run = async () => {
      const answer = await handle(fetchRequest(request, origin, left));
      if (answer === undefined) next();
      else await writeAnswer(response, answer);
    };
    const quietly = (fault: unknown) => {
      // What fails because somebody left is nobody's error.
      if (!left.aborted) throw fault;
    };
    void orNext(run().catch(quietly), next);
  };
}
