/** The fenced blocks of a page, in order. */
export const blocksOf = (page: string) =>
  [...page.matchAll(/```(\w*)\n(.*?)```/gs)].map(([, language, text = '']) => ({ language, text }));
