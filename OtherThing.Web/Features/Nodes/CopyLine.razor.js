// Copies text; where the clipboard API is closed (plain HTTP on another host) by a selection.
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.style.position = 'fixed';
    area.style.opacity = '0';
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
}

// The visitor's system, as the downloads are named: linux-x64, win-x64, osx-arm64.
export function system() {
  const platform = (navigator.userAgentData?.platform ?? navigator.platform ?? '').toLowerCase();
  const agent = navigator.userAgent.toLowerCase();
  if (platform.includes('win')) return 'win-x64';
  if (platform.includes('mac')) return 'osx-arm64';
  return agent.includes('aarch64') || agent.includes('arm64') ? 'linux-arm64' : 'linux-x64';
}
