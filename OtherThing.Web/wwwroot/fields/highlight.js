// Colours the text of a code field: the words go into the pre behind... in front of the area, which keeps caret and selection.

const common = String.raw`"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?`;
const template = String.raw`\{\{[\s\S]*?(?:\}\}|$)|\{%[\s\S]*?(?:%\}|$)`;
const words = {
  sh: 'if then else elif fi for in do done while until case esac function return exit set export local read echo cd true false',
  python3: 'and as assert async await break class continue def del elif else except False finally for from global if import in is lambda None nonlocal not or pass raise return True try while with yield print',
  javascript: 'async await break case catch class const continue default delete do else false finally for function if in instanceof let new null of return switch this throw true try typeof undefined var void while yield',
  pwsh: 'begin break catch continue do else elseif end exit finally for foreach function if in param process return switch throw try until while',
};
words.bash = words.sh;
words.node = words.javascript;

const rule = (parts, flags = 'g') => new RegExp(parts.map(([name, source]) => `(?<${name}>${source})`).join('|'), flags);
const rules = new Map();

const ruleOf = language => {
  if (!rules.has(language)) {
    rules.set(language, make(language));
  }
  return rules.get(language);
};

const make = language => {
  if (language === 'template') return rule([['tag', template]]);
  if (language === 'json') {
    return rule([
      ['tag', template], ['key', String.raw`"(?:\\.|[^"\\\n])*"(?=\s*:)`], ['string', String.raw`"(?:\\.|[^"\\\n])*"?`],
      ['number', String.raw`-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b`], ['word', String.raw`\b(?:true|false|null)\b`],
    ]);
  }
  if (language === 'condition') {
    return rule([['string', common], ['number', String.raw`\b\d+(?:\.\d+)?\b`], ['word', String.raw`\b(?:and|or|contains|true|false|nil|null|empty|blank)\b`]]);
  }
  const comment = ['javascript', 'node'].includes(language) ? String.raw`\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)` : String.raw`#[^\n]*`;
  return rule([
    ['comment', comment], ['string', common + '|`(?:\\\\.|[^`\\\\])*`?'], ['number', String.raw`\b\d+(?:\.\d+)?\b`],
    ['word', String.raw`\b(?:${(words[language] ?? words.sh).replaceAll(' ', '|')})\b`],
  ]);
};

const longest = 60_000;

/** The words of a text with their kinds; a text that is too long to colour at each key stays plain. */
export const spans = (text, language) => {
  if (text.length > longest) return [{ text, kind: null }];
  const found = [];
  let at = 0;
  for (const match of text.matchAll(ruleOf(language))) {
    if (match.index > at) found.push({ text: text.slice(at, match.index), kind: null });
    const kind = Object.keys(match.groups).find(name => match.groups[name] !== undefined);
    found.push({ text: match[0], kind });
    at = match.index + match[0].length;
  }
  if (at < text.length) found.push({ text: text.slice(at), kind: null });
  return found;
};

/** Paints one area's text into the pre beside it. */
export const paint = area => {
  const pre = area.parentElement?.querySelector('[data-lit]');
  if (!pre || pre.dataset.text === area.value && pre.dataset.language === area.dataset.language) return;
  pre.dataset.text = area.value;
  pre.dataset.language = area.dataset.language;
  pre.replaceChildren(...spans(area.value, area.dataset.language).map(({ text, kind }) => {
    if (!kind) return document.createTextNode(text);
    return Object.assign(document.createElement('span'), { className: `hl-${kind}`, textContent: text });
  }), document.createTextNode('\n'));
  follow(area);
};

/** Lays the pre exactly over the area's text. */
export const follow = area => {
  const pre = area.parentElement?.querySelector('[data-lit]');
  if (!pre) return;
  const style = getComputedStyle(area);
  Object.assign(pre.style, {
    font: style.font, lineHeight: style.lineHeight, letterSpacing: style.letterSpacing, tabSize: style.tabSize,
    padding: style.padding, width: `${area.clientWidth + 2}px`, height: `${area.offsetHeight}px`, boxSizing: 'border-box',
  });
  pre.scrollTop = area.scrollTop;
  pre.scrollLeft = area.scrollLeft;
};
