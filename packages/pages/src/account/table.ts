import { html } from '../html.ts';
import type { Html } from '../html.ts';

interface Table {
  /** Id of the heading that names the table. */
  readonly labelledBy: string;
  readonly columns: readonly string[];
  /** One list of cells per row, as many as there are columns. The first cell names the row. */
  readonly rows: readonly (readonly Html[])[];
}

/** A table on a desk, a list of cards on a phone. The roles are written out because a table laid out as blocks loses its own. */
export function table({ labelledBy, columns, rows }: Table): Html {
  return html`<table role="table" aria-labelledby="${labelledBy}"><thead role="rowgroup"><tr role="row">${columns.map((column) => html`<th role="columnheader" scope="col">${column}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map((cells) => html`<tr role="row">${cells.map((cell, index) => tableCell(cell, columns[index] ?? '', index === 0))}</tr>`)}</tbody></table>`;
}

function tableCell(cell: Html, column: string, isFirst: boolean): Html {
  if (isFirst) return html`<th role="rowheader" scope="row">${cell}</th>`;
  // On a phone the column's heading is written into the card from this attribute.
  return html`<td role="cell" data-column="${column}">${cell}</td>`;
}
