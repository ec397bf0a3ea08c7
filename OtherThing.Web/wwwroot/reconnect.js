// The "Reconnecting" bar: the page stays readable, and when the server forgot the circuit it is loaded anew at the same address.
const bar = document.getElementById("components-reconnect-modal");

async function retry() {
  try {
    if (!(await Blazor.reconnect())) {
      location.reload();
    }
  } catch {
    document.addEventListener("visibilitychange", retryWhenVisible);
  }
}

function retryWhenVisible() {
  if (document.visibilityState === "visible") {
    document.removeEventListener("visibilitychange", retryWhenVisible);
    retry();
  }
}

bar?.addEventListener("components-reconnect-state-changed", event => {
  if (event.detail.state === "failed") {
    document.addEventListener("visibilitychange", retryWhenVisible);
  } else if (event.detail.state === "rejected") {
    location.reload();
  }
});

document.addEventListener("click", event => {
  if (event.target.closest("[data-ot-retry]")) {
    retry();
  } else if (event.target.closest("[data-ot-reload]")) {
    location.reload();
  }
});
