/** The admin part of the contract, in the shape that openapi-typescript gives to openapi.yaml. */

export interface components {
  schemas: {
    Status: 'pending' | 'published' | 'rejected' | 'spam' | 'deleted';
    Permission: 'read' | 'moderate' | 'configure' | 'administer';
    Role: 'viewer' | 'moderator' | 'owner';
    DecisionAction: 'approve' | 'reject' | 'spam' | 'restore' | 'delete';
    DecisionReason: 'spam' | 'abuse' | 'off_topic' | 'illegal' | 'personal_data' | 'other';
    ReportReason: 'spam' | 'abuse' | 'off_topic' | 'illegal' | 'other';
    HoldReason: 'site' | 'thread' | 'first_comment' | 'links' | 'reports' | 'rule';

    StaffName: { id: string; name: string };
    Staff: {
      id: string;
      name: string;
      role: components['schemas']['Role'];
      /** Null stands for all sites. */
      sites: string[] | null;
      is_disabled: boolean;
      has_password: boolean;
      has_totp: boolean;
      created_at: string;
    };
    Me: {
      staff: components['schemas']['Staff'];
      permissions: components['schemas']['Permission'][];
      via: 'session' | 'token';
    };
    Session: {
      id: string;
      staff: components['schemas']['StaffName'];
      user_agent: string;
      created_at: string;
      used_at: string;
      is_current: boolean;
    };
    ApiToken: {
      id: string;
      staff: components['schemas']['StaffName'];
      name: string;
      scopes: components['schemas']['Permission'][];
      site: string | null;
      created_at: string;
      expires_at: string;
      used_at: string | null;
    };
    NewStaffResult: {
      staff: components['schemas']['Staff'];
      token: components['schemas']['ApiToken'];
      secret: string;
    };
    NewApiToken: { token: components['schemas']['ApiToken']; secret: string };
    Totp: { secret: string; uri: string; qr: string[] };

    QueueCounts: { pending: number; reported: number; spam: number; rejected: number };
    Queue: { site: string } & components['schemas']['QueueCounts'];
    Queues: { queues: components['schemas']['Queue'][]; totals: components['schemas']['QueueCounts'] };

    Hold: { reason: components['schemas']['HoldReason']; rule_id?: string; pattern?: string };
    AdminComment: {
      id: string;
      site: string;
      thread: { id: string; key: string; url: string | null; title: string | null };
      parent_id: string | null;
      root_id: string;
      depth: number;
      author: { id: string; name: string; kind: 'guest' | 'member' | 'staff'; email: string | null };
      network: string | null;
      body: string;
      body_html: string;
      status: components['schemas']['Status'];
      version: number;
      holds: components['schemas']['Hold'][];
      report_count: number;
      created_at: string;
      edited_at: string | null;
      score: { up: number; down: number };
      reply_count: number;
      is_pinned: boolean;
    };
    AdminThread: {
      id: string;
      site: string;
      key: string;
      url: string | null;
      title: string | null;
      state: 'open' | 'closed';
      moderation: 'post' | 'pre' | null;
      max_characters: number | null;
      slow_mode_seconds: number | null;
      pinned_comment_id: string | null;
      stays_open: boolean;
      comment_count: number;
      root_count: number;
      created_at: string;
      last_comment_at: string | null;
    };
    Revision: { kind: 'edited' | 'censored'; body: string; created_at: string };
    Report: {
      reason: components['schemas']['ReportReason'];
      detail: string | null;
      outcome: 'open' | 'upheld' | 'dismissed';
      created_at: string;
      /** How much the report counts, from 0 to 1. */
      weight: number;
    };
    Decision: {
      id: string;
      site: string | null;
      action: string;
      /** Null stands for the service itself. */
      staff: components['schemas']['StaffName'] | null;
      comment_id: string | null;
      comment_version: number | null;
      from_status: components['schemas']['Status'] | null;
      to_status: components['schemas']['Status'] | null;
      subject: string | null;
      reason: components['schemas']['DecisionReason'] | null;
      note: string | null;
      undoes_id: string | null;
      undone_by_id: string | null;
      created_at: string;
    };
    DecisionResult: {
      id: string;
      outcome: 'applied' | 'stale' | 'not_found' | 'refused';
      code?: string;
      comment?: components['schemas']['AdminComment'];
      decision_id?: string;
    };
    AuthorRecord: {
      id: string;
      site: string;
      kind: 'guest' | 'member' | 'staff';
      names: string[];
      first_seen_at: string;
      counts: { published: number; pending: number; rejected: number; spam: number; deleted: number };
      reports: { upheld: number; dismissed: number };
      ban: components['schemas']['Ban'] | null;
    };
    CommentInContext: {
      comment: components['schemas']['AdminComment'];
      thread: components['schemas']['AdminThread'];
      parents: components['schemas']['AdminComment'][];
      revisions: components['schemas']['Revision'][];
      reports: components['schemas']['Report'][];
      decisions: components['schemas']['Decision'][];
      author: components['schemas']['AuthorRecord'];
    };

    Rule: {
      id: string;
      site: string;
      kind: 'word' | 'wildcard' | 'regex';
      pattern: string;
      action: 'hold' | 'reject' | 'censor';
      note: string | null;
      is_enabled: boolean;
      created_at: string;
    };
    RuleTest: {
      tested: number;
      matched: number;
      /** Ranges are pairs of code points of the body. */
      matches: { comment: components['schemas']['AdminComment']; ranges: [number, number][] }[];
      text_matches?: [number, number][];
    };
    Ban: {
      id: string;
      site: string;
      author: { id: string; name: string } | null;
      network: string | null;
      reason: string | null;
      staff: components['schemas']['StaffName'] | null;
      created_at: string;
      ends_at: string | null;
      is_active: boolean;
    };
    SiteSettings: {
      slug: string;
      origins: string[];
      policy: {
        max_characters: number;
        min_characters: number;
        max_depth: number;
        edit_window_seconds: number;
        moderation: 'post' | 'pre';
        guests: boolean;
        voting: 'none' | 'up' | 'up_down';
        text_format: 'plain' | 'markdown';
        guidelines: string | null;
      };
      hold_first_comment: boolean;
      max_links: number | null;
      report_threshold: number;
      close_after_days: number | null;
      created_at: string;
    };
    DayStats: {
      comments: number;
      held: number;
      approved: number;
      rejected: number;
      spam: number;
      deleted: number;
      reports: number;
      blocked_requests: number;
    };
    Stats: {
      site: string;
      window: '7d' | '30d' | '90d';
      days: ({ day: string } & components['schemas']['DayStats'])[];
      totals: components['schemas']['DayStats'];
      blocked_origins: { origin: string; requests: number; last_at: string; remedy: string }[];
    };
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      code: string;
      request_id: string;
      max?: number;
      min?: number;
      actual?: number;
      retry_after_seconds?: number;
      errors?: {
        pointer: string;
        in: 'body' | 'query' | 'header';
        code: string;
        detail: string;
        max?: number;
        min?: number;
        actual?: number;
      }[];
    };
  };
}
