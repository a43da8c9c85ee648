// The page `/login`: where the browser goes next, and what became of the last try. It works without this script too, and leads to the first page then.
const asked = new URLSearchParams(location.search);

document.querySelector("[name=next]").value = asked.get("next") ?? "/";
if (asked.has("wrong")) document.querySelector("#said").textContent = "There is no such name with this password.";
if (asked.has("later")) document.querySelector("#said").textContent = "Too many wrong tries came from here. Try again in a while.";
