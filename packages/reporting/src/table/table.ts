/** A table before it is given a format. */
export interface Table {
  title: string;
  columns: readonly TableColumn[];
  rows: readonly (readonly string[])[];
  /** Sentences under the table. */
  notes: readonly string[];
}

export interface TableColumn {
  header: string;
  align: 'left' | 'right';
}
