// Times as people in China read them, whatever the browser's own zone is.

import { words } from "./words.js";

const ZONE = "Asia/Shanghai";
const DAY_MS = 24 * 3600 * 1000;
const clock = new Intl.DateTimeFormat("zh-CN", {
  timeZone: ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const parts = new Intl.DateTimeFormat("en-CA", {
  timeZone: ZONE, year: "numeric", month: "numeric", day: "numeric",
});

/** `14:05`, `昨天 14:05`, `11月3日 14:05` or `2024年11月3日 14:05`. */
export function shortTime(moment, now = new Date()) {
  const [day, today] = [date(moment), date(now)];
  const time = clock.format(moment);
  if (same(day, today)) return time;
  if (same(day, date(new Date(now.getTime() - DAY_MS)))) return `${words.yesterday} ${time}`;
  const monthDay = `${day.month}月${day.day}日 ${time}`;
  return day.year === today.year ? monthDay : `${day.year}年${monthDay}`;
}

function date(moment) {
  return Object.fromEntries(parts.formatToParts(moment).map(({ type, value }) => [type, value]));
}

function same(one, other) {
  return one.year === other.year && one.month === other.month && one.day === other.day;
}
