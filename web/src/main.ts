import "./styles/page.css";
import "./components/app.js";
import { words } from "./page.js";

document.documentElement.lang = words.language;
