/** A text for people in both languages of the platform. */
export interface Label {
  readonly zh: string;
  readonly en: string;
}
