// Spans of time in words, and how long each stays true. Duration.cs and RelativeTime.razor say the same before the browser goes on with it.

const second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;

/** How long something has been going on: "12 s", "2 min 5 s", "1 h 12 min". */
export const count = span => {
  const seconds = Math.max(0, Math.floor(span / second)), minutes = Math.floor(seconds / 60);
  return minutes < 1 ? `${seconds} s` : minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** How long ago something was, or in how long it will be: "just now", "4 min ago", "in 2 h". */
export const ago = age => {
  const past = age >= 0, span = Math.abs(age);
  if (span < 10 * second) return past ? 'just now' : 'now';
  const words = span < minute ? `${Math.floor(span / second)} s`
    : span < hour ? `${Math.floor(span / minute)} min`
    : span < day ? `${Math.floor(span / hour)} h`
    : `${Math.floor(span / day)} d`;
  return past ? `${words} ago` : `in ${words}`;
};

/** How many milliseconds until the words are others. What is over need not be true to the second. */
export const change = (kind, age) => {
  const span = Math.abs(age);
  if (kind === 'count') return age < 0 ? -age : left(span, span < hour ? second : minute);
  if (age < 0) return Math.max(1, span % (span <= minute ? second : span <= hour ? minute : hour));
  return left(span, span < minute ? 15 * second : span < hour ? minute : hour);
};

const left = (span, unit) => unit - span % unit;
