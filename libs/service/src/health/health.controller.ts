import { Controller, Get, HttpCode } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '../openapi/annotations.js';
import { Public } from '../auth/index.js';
import { problem } from '../http/index.js';
import { Health } from './health.js';

@ApiTags('operation')
@Public()
@Controller()
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get('healthz')
  @HttpCode(200)
  @ApiOperation({ summary: 'The process is alive' })
  alive(): { status: 'alive' } {
    return { status: 'alive' };
  }

  @Get('readyz')
  @ApiOperation({ summary: 'The instance can serve' })
  @ApiOkResponse({ schema: { example: { status: 'ready', degraded: [] } } })
  @ApiServiceUnavailableResponse({
    description: 'Starting, draining, without its database, or with pending migrations.',
  })
  async ready(): Promise<{ status: 'ready'; degraded: readonly string[] }> {
    const { ready, failing, degraded } = await this.health.report();
    if (!ready) throw problem(503, 'not-ready', failing.join('; '), { failing, degraded });
    return { status: 'ready', degraded };
  }
}
