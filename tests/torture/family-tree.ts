/** What the token endpoint gave out, by what was presented: who descends from whom. */
export class FamilyTree {
  readonly #children = new Map<string, Set<string>>();
  /** First tokens of their families. */
  readonly roots: string[] = [];
  /** Causes of every refused refresh. */
  readonly refusals: string[] = [];

  async record(form: URLSearchParams, response: Response): Promise<void> {
    const grant = form.get('grant_type');
    if (grant === null) return;
    const body = (await response.json()) as { refresh_token?: string; error?: string; error_cause?: string };
    if (response.status !== 200) {
      this.refusals.push(body.error_cause ?? body.error ?? String(response.status));
      return;
    }
    if (body.refresh_token === undefined) return;
    const presented = form.get('refresh_token');
    if (presented === null) this.roots.push(body.refresh_token);
    else if (presented !== body.refresh_token)
      this.#children.set(presented, new Set([...(this.#children.get(presented) ?? []), body.refresh_token]));
  }

  /** Parents with more than one successor. */
  forks(): string[] {
    return [...this.#children].filter(([, successors]) => successors.size > 1).map(([parent]) => parent);
  }

  /** How many tokens of each family have no successor: one, or the family has two live ends. */
  leaves(): number[] {
    return this.roots.map((root) => this.#leavesUnder(root));
  }

  #leavesUnder(token: string): number {
    const successors = this.#children.get(token);
    if (successors === undefined) return 1;
    return [...successors].reduce((sum, each) => sum + this.#leavesUnder(each), 0);
  }
}
