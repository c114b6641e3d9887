import "./styles/page.css";
import "./components/app.js";
