/** A text for people in both languages of the platform; it lives beside the thing it names. */
export interface Label {
  readonly zh: string;
  readonly en: string;
}
