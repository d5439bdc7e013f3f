/** The one stylesheet. */
import { drawings } from './drawings.js';
import { forms } from './forms.js';
import { layout } from './layout.js';
import { narrow } from './narrow.js';
import { texts } from './texts.js';
import { theme } from './theme.js';

export const stylesheet = [theme, layout, texts, forms, drawings, narrow].join('');
